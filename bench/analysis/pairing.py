"""Pairing: what the pairs of one quantity say, candidate against baseline, and leave unsaid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bench.analysis.estimating import (
    MAX_SIGN_FLIP_PAIRS,
    RatioInterval,
    compute_sign_flip_p,
    estimate_ratio,
)

METHOD_T: Final = "t on log ratios"
METHOD_EXACT: Final = "exact"
"""For a count that is the same in every trial of a side: there is nothing to estimate."""

NO_PAIR: Final = "no pair of trials"
ONE_PAIR: Final = "one pair of trials: no interval"

NO_SPREAD: Final = "the pairs agree to the last digit: no spread to make an interval of"
"""A few hundred completions in whole numbers agree now and then; that is no certainty."""


@dataclass(frozen=True, slots=True)
class PairedEstimate:
    """A ratio with its interval and test, as far as there are any; `missing` says why not."""

    ratio: float | None = None
    interval: RatioInterval | None = None
    sign_flip_p: float | None = None
    method: str = METHOD_T
    missing: str = ""


def estimate_pairs(
    pairs: Sequence[tuple[float, float]], level: float, *, is_count: bool = False
) -> PairedEstimate:
    """Estimate the ratio candidate / baseline from one pair of positive numbers per repetition.

    Args:
        pairs: candidate and baseline, at least one.
        level: the confidence level of the interval.
        is_count: whether the numbers are exact, so that equal ones mean more than that they were
            rounded alike.

    >>> estimate_pairs([(3.0, 2.0)], 0.95).ratio, estimate_pairs([(3.0, 2.0)], 0.95).missing
    (1.5, 'one pair of trials: no interval')
    """
    log_ratios = [math.log(ours / theirs) for ours, theirs in pairs]
    if len(pairs) == 1:
        return PairedEstimate(math.exp(log_ratios[0]), missing=ONE_PAIR)
    p = compute_sign_flip_p(log_ratios) if len(pairs) <= MAX_SIGN_FLIP_PAIRS else None
    if len(set(log_ratios)) == 1:
        ratio = pairs[0][0] / pairs[0][1]
        if not is_count:
            return PairedEstimate(ratio, missing=NO_SPREAD)
        return PairedEstimate(ratio, RatioInterval(ratio, ratio, ratio), p, METHOD_EXACT)
    interval = estimate_ratio(log_ratios, level)
    return PairedEstimate(interval.ratio, interval, p)
