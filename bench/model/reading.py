"""Readings: one poll of one process tree, or of the machine."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bench.model.record import Record

Subject = Literal["target", "generator", "services", "harness"]
Edge = Literal["opens", "closes"]


class ProcessReading(Record):
    """One poll of a process tree; None is what it did not look at, or the system does not tell."""

    type: Literal["processes"] = "processes"
    t_s: float
    step: int | None
    edge: Edge | None
    subject: Subject
    pids: tuple[int, ...]
    rss_bytes: int | None
    pss_bytes: int | None
    uss_bytes: int | None
    vms_bytes: int | None
    cpu_s: float | None
    """CPU time of all threads of the living processes since their start."""
    threads: int | None
    fds: int | None
    voluntary_switches: int | None
    involuntary_switches: int | None
    cost_s: float
    """What the poll itself took."""


class MachineReading(Record):
    """One poll of the machine as a whole; counters since boot."""

    type: Literal["machine"] = "machine"
    t_s: float
    step: int | None
    edge: Edge | None
    steal_s: float | None
    """CPU time that the hypervisor gave to others, summed over cores."""
    busy_s: float
    load_1min: float | None
    swapped_pages: int | None
    throttled_s: float | None
    """Time that the cgroup's quota held processes back."""


ReadingLine = Annotated[ProcessReading | MachineReading, Field(discriminator="type")]


class Observation(Record):
    """A number that a target, scenario or driver reports of itself."""

    t_s: float
    name: str
    value: float
    unit: str
