"""Deciding: on which side of its bound an interval lies."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from bench.model.check import Check, Operator
from bench.model.threshold import Finding

_HOLDS: Final[Mapping[Operator, Callable[[float, float], bool]]] = MappingProxyType(
    {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
)


def is_upper(comparison: Operator) -> bool:
    """Tell a bound that is to be stayed below from one that is to be reached."""
    return comparison in ("<", "<=")


def judge_interval(check: Check, low: float | None, high: float | None) -> Finding:
    """Say of a whole interval whether it does what a check demands, or the opposite.

    `within` demands that it lies in the zone about the bound: an interval wider than the zone can't
    hold it, however near its middle is.

    Source: for `within` Schuirmann, "A comparison of the two one-sided tests procedure", 1987.
    """
    if check.tolerance is None:
        return decide(check.operator, check.bound, low, high)
    reach = check.tolerance * check.bound
    ends = (
        decide(">=", check.bound - reach, low, high),
        decide("<=", check.bound + reach, low, high),
    )
    if Finding.CROSSED in ends:
        return Finding.CROSSED
    return Finding.HELD if set(ends) == {Finding.HELD} else Finding.INCONCLUSIVE


def decide(comparison: Operator, bound: float, low: float | None, high: float | None) -> Finding:
    """Say whether a whole interval is on the right side of a bound, or on the wrong one.

    An end that is None is open: the interval goes on without end on that side.

    >>> [str(decide("<", 3.0, *ends)) for ends in ((1.0, 2.0), (2.0, 4.0), (3.0, None))]
    ['held', 'inconclusive', 'crossed']
    """
    worst, best = (high, low) if is_upper(comparison) else (low, high)
    if worst is not None and _HOLDS[comparison](worst, bound):
        return Finding.HELD
    if best is not None and not _HOLDS[comparison](best, bound):
        return Finding.CROSSED
    return Finding.INCONCLUSIVE
