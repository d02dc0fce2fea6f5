"""Ranks: the one rule by which a quantile is taken, and what censored requests do to it."""

from __future__ import annotations

import math
from collections.abc import Sequence

_ROUNDING_DIGITS = 9
"""0.07 * 100 is 7.000000000000001 in floating point, and its ceiling must still be 7."""


def nearest_rank(q: float, n: int) -> int:
    """Return the rank, counted from 1, of the `q` quantile among `n` values.

    The smallest rank such that at least the share `q` of the values lies at or below it; never an
    interpolation between two values, so that a quantile is always a value that was seen.

    Source: Hyndman & Fan, "Sample Quantiles in Statistical Packages", 1996, definition 1.

    >>> [nearest_rank(q, 20) for q in (0, 0.5, 0.95, 0.951, 1)]
    [1, 10, 19, 20, 20]
    """
    return max(1, math.ceil(round(q * n, _ROUNDING_DIGITS)))


def take_quantile(ordered: Sequence[float], q: float) -> float:
    """Return the `q` quantile of values in rising order; there is at least one.

    >>> take_quantile([10, 20, 30, 40], 0.5), take_quantile([10, 20, 30, 40], 0.51)
    (20, 30)
    """
    return ordered[nearest_rank(q, len(ordered)) - 1]


def is_longest(q: float, n: int) -> bool:
    """Tell whether the `q` quantile of `n` values is the highest of them, for want of more values.

    Of 100 values the 99th percentile is the second highest, of 99 it is the highest:

    >>> is_longest(0.99, 100), is_longest(0.99, 99), is_longest(0.99, 0)
    (False, True, False)
    """
    return 0 < n <= nearest_rank(q, n)


def is_reached_by_censored(q: float, seen: int, censored: int) -> bool:
    """Tell whether the `q` quantile falls among the censored requests when they rank above all.

    Nobody knows how long a censored request would have taken. If it does fall among them, the
    quantile of the `seen` values alone is no more than a lower bound.

    Of 98 seen and 2 censored, the 98th is still known and the 99th is not:

    >>> is_reached_by_censored(0.98, 98, 2), is_reached_by_censored(0.99, 98, 2)
    (False, True)
    """
    return censored > 0 and nearest_rank(q, seen + censored) > seen
