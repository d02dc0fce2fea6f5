"""Estimating: a ratio with its interval from paired trials, and an exact test beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, stdev
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

MAX_SIGN_FLIP_PAIRS: Final = 40
"""The 2^40 sign patterns are counted from two halves of 2^20, which takes a blink and 20 MB."""

_TIE_SLACK: Final = 1e-9
"""Sums of the same numbers in another order differ by rounding; they are ties all the same."""

_MAX_LOG: Final = 709.0
"""About the largest logarithm whose exponential a float can hold."""


class RatioInterval(NamedTuple):
    """A ratio of geometric means, and what bounds it at a confidence level."""

    ratio: float
    low: float
    high: float


def estimate_ratio(log_ratios: Sequence[float], level: float) -> RatioInterval:
    """Estimate the ratio from log ratios, one per pair of trials, with Student's t interval.

    Source: Student, "The Probable Error of a Mean", 1908; for benchmarks Georges, Buytaert &
    Eeckhout, "Statistically Rigorous Java Performance Evaluation", 2007, section 3.2.
    Assumes: pairs are independent, and their log ratios come near to a normal distribution.
    Does not mean: that the ratio of a single pair, or of single requests, lies within.

    Two log ratios 0.1 and 0.3 have mean 0.2 and standard error 0.1; with one degree of freedom t is
    tan(0.475 π) = 12.7062, so the interval of the logarithm is 0.2 ± 1.27062:

    >>> estimate = estimate_ratio([0.1, 0.3], level=0.95)
    >>> [round(math.log(number), 5) for number in estimate]
    [0.2, -1.07062, 1.47062]

    Raises:
        ValueError: fewer than two pairs, which have no spread.
    """
    n = len(log_ratios)
    if n < 2:
        raise ValueError(f"an interval needs two pairs of trials, not {n}")
    mean = fmean(log_ratios)
    half_width = two_sided_t(level, n - 1) * stdev(log_ratios) / math.sqrt(n)
    return from_logarithms(mean, mean - half_width, mean + half_width)


def two_sided_t(level: float, degrees: float) -> float:
    """Return how many standard errors Student's interval reaches to either side.

    Source: Student, "The Probable Error of a Mean", 1908. The quantile function is taken from
    `scipy.special`, which is imported in half the time of `scipy.stats`.

    With one degree of freedom the distribution is Cauchy's, and the quantile tan(0.475 π):

    >>> round(two_sided_t(0.95, 1), 4)
    12.7062
    """
    return float(special.stdtrit(degrees, (1 + level) / 2))


def from_logarithms(mean: float, low: float, high: float) -> RatioInterval:
    """Return the ratio whose logarithm, with its bounds, is given; infinite beyond a float."""
    return RatioInterval(_exp(mean), _exp(low), _exp(high))


def compute_sign_flip_p(log_ratios: Sequence[float]) -> float:
    """Return the two-sided p of "no difference" from all ways to flip the signs of log ratios.

    If neither side is better, each pair's sign is a coin's toss: p is the share of all 2^n
    patterns of signs whose sum is at least as far from zero as the sum that was seen.

    Source: Fisher, "The Design of Experiments", 1935, section 21.
    Assumes: pairs are independent, and each log ratio is symmetric about zero if there is no
    difference; no distribution beyond that.
    Does not mean: the probability that there is no difference, nor how large a difference is.
    Below 6 pairs p can't fall under 0.05, below 8 not under 0.01.

    Of the 8 patterns of 1, 2, 3 only +++ and --- reach 6; with 1, 2, -3 the sum is 0, as far from
    zero as any:

    >>> compute_sign_flip_p([1, 2, 3]), compute_sign_flip_p([1, 2, -3])
    (0.25, 1.0)

    Raises:
        ValueError: no pair, or more than can be counted exactly.
    """
    n = len(log_ratios)
    if not 1 <= n <= MAX_SIGN_FLIP_PAIRS:
        raise ValueError(f"the exact test takes 1 to {MAX_SIGN_FLIP_PAIRS} pairs, not {n}")
    seen = abs(math.fsum(log_ratios)) - _TIE_SLACK * math.fsum(map(abs, log_ratios))
    if seen <= 0:
        return 1.0
    left = _all_sums(log_ratios[: n // 2])
    right = np.sort(_all_sums(log_ratios[n // 2 :]))
    below = np.searchsorted(right, -seen - left, side="right")
    above = len(right) - np.searchsorted(right, seen - left, side="left")
    return float((below.sum() + above.sum()) / 2**n)


def _all_sums(numbers: Sequence[float]) -> NDArray[np.float64]:
    sums = np.zeros(1)
    for number in numbers:
        sums = np.concatenate((sums - number, sums + number))
    return sums


def _exp(logarithm: float) -> float:
    # With two wildly different pairs the upper bound is infinite, and no reason to fail.
    return math.exp(logarithm) if logarithm < _MAX_LOG else math.inf
