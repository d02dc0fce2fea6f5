"""Which banks there are: targets, what is made worse, how many trials, with whom beside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Treatment = Literal["none", "cpu", "wait", "memory"]

BASE_WAIT_MS: Final = 20.0
BASE_BALLAST_KIB: Final = 64 * 1024


@dataclass(frozen=True)
class BankPlan:
    """One bank: the same comparison, many times."""

    name: str
    target: Literal["async", "threaded"]
    trials: int
    treatment: Treatment = "none"
    effect: float = 0.0
    """How much worse the candidate is, as a ratio."""
    noisy: bool = False
    """Whether a neighbour burns a core in bursts half of the time."""
    mode: Literal["duet", "solo"] = "duet"
    """Solo: first A, then B, each alone, as is common practice."""
    users: int = 32


BANKS: Final = (
    BankPlan("async-aa", "async", 400),
    BankPlan("async-cpu-3", "async", 60, "cpu", 0.03),
    BankPlan("async-cpu-5", "async", 60, "cpu", 0.05),
    BankPlan("async-cpu-10", "async", 60, "cpu", 0.10),
    BankPlan("async-cpu-20", "async", 60, "cpu", 0.20),
    BankPlan("async-wait-5", "async", 60, "wait", 0.05),
    BankPlan("async-wait-20", "async", 60, "wait", 0.20),
    BankPlan("async-memory-5", "async", 60, "memory", 0.05),
    BankPlan("threaded-aa", "threaded", 200),
    BankPlan("threaded-cpu-10", "threaded", 60, "cpu", 0.10),
    BankPlan("noisy-aa", "async", 200, noisy=True),
    BankPlan("noisy-cpu-5", "async", 60, "cpu", 0.05, noisy=True),
    BankPlan("solo-aa", "async", 60, mode="solo"),
    BankPlan("solo-cpu-5", "async", 40, "cpu", 0.05, mode="solo"),
)


def plan_of(name: str) -> BankPlan:
    """Return the plan of a bank."""
    return next(plan for plan in BANKS if plan.name == name)


def environments(plan: BankPlan, loops_per_ratio: float) -> tuple[dict[str, str], dict[str, str]]:
    """Return the environments of baseline and candidate.

    Args:
        plan: the bank.
        loops_per_ratio: turns of the loop that double the CPU time of a request.
    """
    baseline: dict[str, str] = {}
    worse = 1 + plan.effect
    match plan.treatment:
        case "none":
            return baseline, baseline
        case "cpu":
            return baseline, {"SPIN_LOOPS": str(round(plan.effect * loops_per_ratio))}
        case "wait":
            return {"WAIT_MS": str(BASE_WAIT_MS)}, {"WAIT_MS": str(BASE_WAIT_MS * worse)}
        case "memory":
            return _ballast(BASE_BALLAST_KIB), _ballast(
                BASE_BALLAST_KIB + plan.effect * (BASE_BALLAST_KIB + _BARE_KIB)
            )


_BARE_KIB: Final = 36 * 1024
"""What the async target weighs without ballast (PSS beside another one), measured by hand."""


def _ballast(kib: float) -> dict[str, str]:
    return {"BALLAST_KIB": str(round(kib))}
