"""Spreads: the median of one quantity over trials, and how far these lie apart."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from statistics import median

from bench.model.condensed import Spread


def spread_over(
    values: Iterable[float | None], *, at_least: bool = False, thin: bool = False
) -> Spread | None:
    """Take the values of several trials together; None where none of them has one.

    >>> spread = spread_over([0.3, None, 0.1, 0.2])
    >>> spread.low, spread.median, spread.high
    (0.1, 0.2, 0.3)
    """
    known = [value for value in values if value is not None and isfinite(value)]
    if not known:
        return None
    return Spread(
        median=median(known), low=min(known), high=max(known), at_least=at_least, thin=thin
    )
