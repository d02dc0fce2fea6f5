"""Estimating: a ratio with its interval from two sides whose trials are no pairs."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from statistics import fmean

from scipy import stats

from bench.analysis.estimating import RatioInterval, from_logarithms


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

    >>> from math import log
    >>> estimate = estimate_unpaired_ratio([0.1, 0.3], [0.0, 0.2], level=0.95)
    >>> [round(log(number), 4) for number in estimate]
    [0.1, -0.5085, 0.7085]
    """
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
        # It warns where a side hardly differs in itself, which a variance near zero is right for.
        found = stats.ttest_ind(ours, theirs, equal_var=False).confidence_interval(level)
    difference = fmean(ours) - fmean(theirs)
    return from_logarithms(difference, float(found.low), float(found.high))
