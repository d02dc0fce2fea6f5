"""Estimating: a ratio with its interval from paired trials, and an exact test beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, stdev
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

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
    t = float(stats.t.ppf((1 + level) / 2, n - 1))
    half_width = t * stdev(log_ratios) / math.sqrt(n)
    return RatioInterval(_exp(mean), _exp(mean - half_width), _exp(mean + half_width))


def estimate_unpaired_ratio(
    ours: Sequence[float], theirs: Sequence[float], level: float
) -> RatioInterval:
    """Estimate the ratio from the logarithms of two sides whose trials are no pairs.

    Source: Welch, "The Generalization of Student's Problem when Several Different Population
    Variances are Involved", 1947, with Satterthwaite's degrees of freedom.
    Assumes: trials are independent, and the logarithms of each side come near to a normal
    distribution; their variances may differ.
    Does not mean: that what differs between two runs beside the code is in the interval.

    Args:
        ours: of the candidate; two at least.
        theirs: of the baseline; two at least, and not all of both sides alike.
        level: the confidence level.

    Of 0.1, 0.3 and 0.0, 0.2 the means differ by 0.1 with a standard error of sqrt(0.02); with equal
    variances Welch's degrees of freedom are 2, and t is 4.302653:

    >>> estimate = estimate_unpaired_ratio([0.1, 0.3], [0.0, 0.2], level=0.95)
    >>> [round(math.log(number), 4) for number in estimate]
    [0.1, -0.5085, 0.7085]
    """
    found = stats.ttest_ind(ours, theirs, equal_var=False).confidence_interval(level)
    difference = fmean(ours) - fmean(theirs)
    return RatioInterval(_exp(difference), _exp(float(found.low)), _exp(float(found.high)))


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
