"""Knees: the highest rate at which conditions hold."""

from __future__ import annotations

from typing import Literal

from bench.model.condition import Condition
from bench.model.experiment import StratumValue
from bench.model.record import Record

KneeEnd = Literal["found", "holds-at-cap", "fails-at-floor", "generator-limited", "not-settled"]

StepVerdict = Literal["holds", "fails", "limited"]
"""`limited`: something else than the target was the limit, so that the rate is an open question."""


class Attempt(Record):
    """One step of a search: the rate that was tried, and what became of it."""

    rate_per_s: float
    verdict: StepVerdict
    because: str
    """What broke which condition, or what else was the limit; empty where the step held."""


class Knee(Record):
    """What one trial's search found: the rate that held, and the lowest one that did not."""

    conditions: tuple[Condition, ...]
    end: KneeEnd
    holds_per_s: float | None
    """The highest rate at which all conditions held; None: they held nowhere."""
    fails_per_s: float | None
    """The lowest rate above it at which one did not; None: there was no such."""
    because: str
    """Which condition failed, or why the search ended without one."""
    attempts: tuple[Attempt, ...] = ()
    """The steps of the search, in their order."""


class KneeEstimate(Record):
    """The knee of a variant over its trials, as geometric mean with interval."""

    experiment: str
    variant: str
    stratum: dict[str, StratumValue]
    conditions: tuple[Condition, ...]
    rate_per_s: float | None
    low_per_s: float | None
    high_per_s: float | None
    at_least_per_s: float | None = None
    """Where trials ended at a limit of ours, and there is no estimate: the mean is no lower.

    It is the geometric mean, over all trials, of the highest rates that held.
    """
    level: float
    n: int
    """Trials that found a knee."""
    method: str
    trials: tuple[int, ...]
    valid: bool
    because: str
    """Why there is no estimate or no interval; empty where nothing is missing."""
    beyond: str = ""
    """What the first trial saw just above its knee."""
