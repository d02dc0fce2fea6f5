"""Estimates: what trials say of one number, as an interval that may be open on either side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Final

from scipy import special

from bench.analysis.estimating import estimate_ratio, two_sided_t

METHOD_T: Final = "t on logs"
METHOD_T_SUM: Final = "t"
METHOD_EXACT: Final = "exact"
METHOD_CLOPPER_PEARSON: Final = "Clopper-Pearson"

ONE_TRIAL: Final = "one trial has no interval: give --repeat 2 or more"

ROUNDING: Final = 0.05
"""How far apart, as a ratio, numbers are taken to be that agree to the last digit.

Two of a few dozen completions, or of three digits of a histogram, agree now and then: certainty
that is not. Rounding alone hides less than this from twenty completions on.
"""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with what bounds it; a bound is None where there is none on that side."""

    value: float
    low: float | None = None
    high: float | None = None
    method: str = METHOD_T
    missing: str = ""
    """Why there is no interval."""


def estimate_mean(
    values: Sequence[float],
    level: float,
    *,
    is_count: bool = False,
    open_above: bool = False,
    open_below: bool = False,
) -> Estimate:
    """Estimate the geometric mean of one positive number per trial, with Student's t interval.

    Numbers that are only lower bounds of what was to be known still bound the mean from below: the
    mean of what is no smaller is no smaller. Above, nothing is known then.

    Numbers that agree to the last digit have no spread, and are given what rounding could hide.

    Source: as `bench.analysis.estimating.estimate_ratio`, of logarithms.
    Assumes: trials are independent, and their logarithms come near to a normal distribution.
    Does not mean: that the number of a single trial, or of single requests, lies within.

    Args:
        values: one per trial, or one ratio per pair of trials; at least one.
        level: the confidence level.
        is_count: whether they are exact, so that equal ones are certainty.
        open_above: whether some could be higher, for all that is known.
        open_below: whether some could be lower.

    >>> round(estimate_mean([2.0, 8.0], 0.95).value, 9)
    4.0
    >>> estimate_mean([41, 41], 0.95, is_count=True).high
    41.0
    """
    if len(values) == 1:
        return Estimate(float(values[0]), missing=ONE_TRIAL)
    is_same = len(set(values)) == 1
    if is_same and is_count:
        low = high = float(values[0])
    elif is_same:
        half_width = _bound_rounding(len(values), level)
        low, high = values[0] * math.exp(-half_width), values[0] * math.exp(half_width)
    else:
        _, low, high = estimate_ratio([math.log(value) for value in values], level)
    return Estimate(
        float(values[0]) if is_same else math.exp(fmean(map(math.log, values))),
        None if open_below else low,
        None if open_above or math.isinf(high) else high,
        METHOD_EXACT if is_same and is_count else METHOD_T,
    )


def estimate_sum(
    values: Sequence[float],
    level: float,
    *,
    size: float,
    open_above: bool = False,
    open_below: bool = False,
) -> Estimate:
    """Estimate the arithmetic mean of one number per trial, with Student's t interval.

    For differences, slopes and counts, which may be 0 or negative. Those that agree to the last
    digit have no spread, and are given what rounding of numbers of that size could hide.

    Source: Student, "The Probable Error of a Mean", 1908.
    Assumes: trials are independent, and their numbers come near to a normal distribution.
    Does not mean: that the number of a single trial lies within.

    Args:
        values: one per trial; at least one.
        level: the confidence level.
        size: of the largest number that they were computed from; 0 where they are exact.
        open_above: whether some could be higher, for all that is known.
        open_below: whether some could be lower.

    Of 1 and 3 the mean is 2, the standard error 1, and t with one degree of freedom 12.7062:

    >>> estimate = estimate_sum([1.0, 3.0], 0.95, size=3.0)
    >>> estimate.value, round(estimate.low, 4), round(estimate.high, 4)
    (2.0, -10.7062, 14.7062)
    """
    n, mean = len(values), fmean(values)
    if n == 1:
        return Estimate(mean, method=METHOD_T_SUM, missing=ONE_TRIAL)
    is_same = len(set(values)) == 1
    spread = two_sided_t(level, n - 1) * stdev(values) / math.sqrt(n)
    half_width = size * _bound_rounding(n, level) if is_same else spread
    return Estimate(
        mean,
        None if open_below else mean - half_width,
        None if open_above else mean + half_width,
        METHOD_EXACT if is_same and not size else METHOD_T_SUM,
    )


def estimate_error_ratio(failed: int, unanswered: int, requests: int, level: float) -> Estimate:
    """Estimate the share of requests that fail, with the exact interval of Clopper and Pearson.

    Whether unanswered requests would have failed is unknown: the lower bound takes none of them as
    failed, and the upper bound all.

    Source: Clopper & Pearson, "The Use of Confidence or Fiducial Limits", 1934.
    Assumes: each request fails by itself, with one probability. Where failures come in bursts, or
    some trials have them and others none, the true interval is wider.
    Does not mean: that a service of which no failure was seen has none.

    Args:
        failed: requests that failed.
        unanswered: requests that had no answer when their step ended.
        requests: all that had an answer or failed; with the unanswered ones one at least.
        level: the confidence level.

    Of 10 requests none failed: the upper bound is 1 - 0.025 ** (1 / 10).

    >>> estimate = estimate_error_ratio(0, 0, 10, 0.95)
    >>> estimate.value, estimate.low, round(estimate.high, 5)
    (0.0, 0.0, 0.3085)
    """
    asked = requests + unanswered
    worst = failed + unanswered
    low, high = 0.0, 1.0
    if failed > 0:
        low = float(special.betaincinv(failed, asked - failed + 1, (1 - level) / 2))
    if worst < asked:
        high = float(special.betaincinv(worst + 1, asked - worst, (1 + level) / 2))
    return Estimate(failed / max(requests, 1), low, high, METHOD_CLOPPER_PEARSON)


def count_requests_needed(bound: float, level: float) -> int:
    """Return how many requests without a failure show that fewer than a share of them fail.

    >>> count_requests_needed(0.001, 0.95)
    3688
    """
    return math.floor(math.log((1 - level) / 2) / math.log1p(-bound)) + 1


def _bound_rounding(n: int, level: float) -> float:
    """Return half the t interval of logarithms as far apart as rounding could hide."""
    return two_sided_t(level, n - 1) * ROUNDING / 2 / math.sqrt(n - 1)
