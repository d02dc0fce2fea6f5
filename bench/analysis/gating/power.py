"""Power of a one-sided t test: how likely it answers yes, and how many trials that takes.

Source: Cohen, "Statistical Power Analysis for the Behavioral Sciences", 1988, chapter 2; the
noncentral t distribution is scipy's.
Assumes: independent, normal numbers whose true standard deviation is the one given. It is an
estimate in fact: of 8 trials the 95 % interval of a standard deviation runs from 0.66 to 2.04 times
what was seen, and trials needed go with its square.
Does not mean: a promise for the next gate. It sizes samples, and decides nothing.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

from scipy import optimize, stats

from bench.analysis.gating.one_sided import critical_t

_CERTAIN: Final = 12.0
"""A mean so many standard errors beyond the critical value is found; scipy's noncentral t, which
loses its digits far out, needn't be asked."""


def compute_power(effect_in_sd: float, n: int, p: float) -> float:
    """Return how likely a one-sided t test at level p finds a mean so many sd above its bar.

    One standard deviation, found at 5 % with 8 numbers, is a row of every table of the t test's
    power (0.815); no effect at all is "found" with the level's own probability:

    >>> round(compute_power(1.0, 8, 0.05), 3), round(compute_power(0.0, 8, 0.05), 3)
    (0.815, 0.05)
    """
    critical, noncentrality = critical_t(p, n - 1), effect_in_sd * math.sqrt(n)
    if noncentrality > 3 * critical + _CERTAIN:
        return 1.0
    return float(stats.nct.sf(critical, n - 1, noncentrality))


def count_trials(
    effect: float, sd: float, *, p: float, power: float, at_least: int, at_most: int
) -> int | None:
    """Count the trials with which a test at level p finds an effect with this power.

    Args:
        effect: how far the true mean lies beyond the bar; above 0.
        sd: of the numbers, in the same unit.
        p: the test's one-sided level.
        power: how likely it is to be found.
        at_least: fewer are not considered.
        at_most: nor are more.

    Returns:
        None, where more than `at_most` would be needed.

    With one standard deviation, the tables have 11 for 90 % at 5 %:

    >>> count_trials(1.0, 1.0, p=0.05, power=0.9, at_least=2, at_most=100)
    11
    """
    if at_most < at_least or _find_effect(at_most, p, power) * sd > effect:
        return None
    low, high = at_least, at_most
    while low < high:
        middle = (low + high) // 2
        if _find_effect(middle, p, power) * sd <= effect:
            high = middle
        else:
            low = middle + 1
    return low


@lru_cache(maxsize=10_000)
def _find_effect(n: int, p: float, power: float) -> float:
    """Find the effect, in sd, that n trials find with this power."""
    furthest = (3 * critical_t(p, n - 1) + _CERTAIN) / math.sqrt(n)
    return float(optimize.brentq(lambda effect: compute_power(effect, n, p) - power, 0.0, furthest))
