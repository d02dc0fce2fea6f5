"""One-sided tests of a mean: is it above a bar, or below, at a level that was set beforehand?

They compare with critical values, which are kept, and compute no p: a replay of ten thousand gates
asks a hundred thousand times.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from scipy import stats

NO_SPREAD: Final = 1e-12
"""Logarithms of ratios that are closer to each other than this differ by rounding alone."""


class Moments(NamedTuple):
    """How many numbers there are, their mean, and their standard deviation (of n - 1)."""

    n: int
    mean: float
    sd: float

    @property
    def standard_error(self) -> float:
        """The standard deviation of the mean."""
        return self.sd / math.sqrt(self.n)


def take_moments(numbers: Sequence[float]) -> Moments:
    """Return the mean and standard deviation of at least two numbers.

    Numbers that are equal but for rounding have no spread at all.

    >>> take_moments([1.0, 2.0, 3.0])
    Moments(n=3, mean=2.0, sd=1.0)
    """
    n = len(numbers)
    mean = math.fsum(numbers) / n
    sd = math.sqrt(math.fsum((number - mean) ** 2 for number in numbers) / (n - 1))
    return Moments(n, mean, sd if sd > NO_SPREAD else 0.0)


def is_above(seen: Moments, bar: float, p: float) -> bool:
    """Tell whether the mean is above a bar, by Student's t test with a one-sided p below this one.

    Source: Student, "The Probable Error of a Mean", 1908.
    Assumes: independent numbers whose mean is about normal. Without any spread the t test has
    nothing to divide by; the exact sign-flip test (Fisher, "The Design of Experiments", 1935,
    section 21), which assumes symmetry, then takes its place: n equal signs have p = 2^-n.
    Does not mean: that the mean is not above the bar where the answer is no.

    1, 2, 3 have mean 2 and standard error 0.577, so t is 3.46; the one-sided critical values of two
    degrees of freedom are 2.92 at 5 % and 6.96 at 1 %:

    >>> seen = take_moments([1.0, 2.0, 3.0])
    >>> is_above(seen, 0.0, 0.05), is_above(seen, 0.0, 0.01)
    (True, False)
    """
    if not seen.sd:
        return seen.mean > bar and 0.5**seen.n < p
    return (seen.mean - bar) / seen.standard_error > critical_t(p, seen.n - 1)


def is_below(seen: Moments, bar: float, p: float) -> bool:
    """Tell whether the mean is below a bar: `is_above`, mirrored.

    It is so where the one-sided upper bound of confidence 1 - p lies below the bar.

    >>> is_below(take_moments([1.0, 2.0, 3.0]), 3.7, 0.05)
    True
    """
    return is_above(Moments(seen.n, -seen.mean, seen.sd), -bar, p)


def bound_above(seen: Moments, p: float) -> float:
    """Return the one-sided upper bound of the mean, of confidence 1 - p.

    >>> round(bound_above(take_moments([1.0, 2.0, 3.0]), 0.05), 3)
    3.686
    """
    return seen.mean + critical_t(p, seen.n - 1) * seen.standard_error


def bound_below(seen: Moments, p: float) -> float:
    """Return the one-sided lower bound of the mean, of confidence 1 - p.

    >>> round(bound_below(take_moments([1.0, 2.0, 3.0]), 0.05), 3)
    0.314
    """
    return seen.mean - critical_t(p, seen.n - 1) * seen.standard_error


@lru_cache(maxsize=10_000)
def critical_t(p: float, degrees: int) -> float:
    """Return what t exceeds with this probability.

    >>> round(critical_t(0.05, 7), 4)
    1.8946
    """
    return float(stats.t.isf(p, degrees))
