"""What banks and questions are called where people read."""

from __future__ import annotations

from typing import Final

from benchmarks.gate_banks.plans import BankPlan, plan_of

_TREATED: Final = {"cpu": "CPU per request", "wait": "waiting", "memory": "memory"}


def describe_question(bank: str, min_effect: float | None) -> str:
    """Return what was asked of a bank.

    >>> describe_question("noisy-cpu-5", 0.015)
    'async, noisy neighbour: 5% more CPU per request (min effect 1.5%)'
    """
    limit = "" if min_effect is None else f" (min effect {min_effect:.1%})"
    return f"{describe_bank(plan_of(bank))}{limit}"


def describe_bank(plan: BankPlan) -> str:
    """Return what a bank holds.

    >>> describe_bank(plan_of("threaded-aa"))
    'threaded: the same version'
    """
    beside = ", noisy neighbour" if plan.noisy else ", alone" if plan.mode == "solo" else ""
    whom = f"{plan.target}{beside}"
    if plan.treatment == "none":
        return f"{whom}: the same version"
    return f"{whom}: {plan.effect:.0%} more {_TREATED[plan.treatment]}"
