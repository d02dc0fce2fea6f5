"""Profiles: where a process was when somebody looked."""

from __future__ import annotations

from bench.model.record import Record


class ProfiledFunction(Record):
    """A function, and in what share of the samples it was seen."""

    name: str
    file: str
    """As the profiler writes it; empty where it doesn't know."""
    own_ratio: float
    """Of the samples in which it was the innermost one: its own work, or what it calls in C."""
    total_ratio: float
    """Of the samples in which it was anywhere on the stack."""


class Profile(Record):
    """What was seen of one thread."""

    thread: str
    samples: int
    functions: tuple[ProfiledFunction, ...]
    """Those with the most of their own first."""
