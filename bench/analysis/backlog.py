"""Backlogs: does a target keep up with the schedule, or do requests pile up in it?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from bench.analysis.evidence import StepEvidence
from bench.model.caution import Caution, CautionCode
from bench.model.load_level import ArrivalRate

Arrivals = Literal["even", "poisson"]

MIN_COMPLETED_RATIO: Final = 0.98
"""Of the requests that began in a window, as many as this have to be made good by completions.

A target of which more than its capacity is asked falls behind by the same share in every window,
however long: this is how far above its capacity a rate may be and still pass.
"""

ROOTS_OF_IN_FLIGHT: Final[dict[Arrivals, float]] = {"even": 2.0, "poisson": 3.0}
"""By how many times √N the number in flight, N on average, may grow within a window by chance.

If responses don't wait for each other, N varies like a Poisson number where arrivals do (its
difference at two moments has a standard deviation of √2N), and at most half as much where they are
even (√N, with exponential response times). Both limits are about two standard deviations.
"""


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many of the users' requests began in a window, and how many ended in it."""

    began: int
    ended: int
    in_flight: float
    """The mean number in flight, by Little's law."""
    arrivals: Arrivals

    @property
    def growth(self) -> int:
        """How many more were in flight at the window's end than at its start."""
        return self.began - self.ended

    @property
    def grows(self) -> bool:
        """Whether that is more than a target that keeps up would show."""
        allowed = (1 - MIN_COMPLETED_RATIO) * self.began
        chance = ROOTS_OF_IN_FLIGHT[self.arrivals] * math.sqrt(self.in_flight)
        return self.growth > max(allowed, chance)


def measure_backlog(evidence: StepEvidence, arrivals: Arrivals = "poisson") -> Backlog:
    """Count what began and what ended in a window.

    What began and neither ended nor was censored does not exist; so the difference is exactly that
    of the numbers in flight at the window's edges, whatever a task consists of.
    """
    users = evidence.users
    began = users.requests + users.censored
    mean_s = users.response.mean_s or 0.0
    in_flight = began * mean_s / evidence.window_s if evidence.window_s else 0.0
    return Backlog(began, users.completed, in_flight, arrivals)


def doubt_keeping_up(evidence: StepEvidence, arrivals: Arrivals) -> Caution | None:
    """Note a step of the open model in which requests came faster than they were answered."""
    if not isinstance(evidence.step.load, ArrivalRate):
        return None
    backlog = measure_backlog(evidence, arrivals)
    if not backlog.grows:
        return None
    return Caution(
        code=CautionCode.OVERLOADED,
        detail=f"{backlog.began} requests began in the window and {backlog.ended} ended; "
        f"from {MIN_COMPLETED_RATIO:.0%} on a target keeps up",
    )
