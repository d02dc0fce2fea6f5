"""Detecting: how small a worsening the rule would find, given the spread of a row's trials.

Both are said of the spread as it was seen, which is itself uncertain, as
`bench.analysis.gating.power` says. They describe a gate, and decide nothing.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats

from bench.analysis.gating.one_sided import critical_t
from bench.analysis.gating.power import compute_power, count_trials
from bench.analysis.gating.ratios import to_ratio
from bench.analysis.gating.rule import GateRule

FOUND: Final = 0.9
"""What counts as detectable is found this often."""

MOST_TRIALS_TOLD: Final = 10_000
"""More trials than this are as good as never."""

_SPREADS: Final = 400
"""In how many equally likely spreads the integral over them is cut; 3 digits are right."""


def compute_detection(
    effect: float, sd: float, trials: int, min_effect: float, rule: GateRule
) -> float:
    """Return how likely the rule calls a true worsening a regression.

    The screening has to flag it, by a t test's power; and the fresh trials, of which there are as
    many as are left of `trials`, have to confirm it: their mean m̄ has to exceed both what matters
    and t times its standard error s / √n. m̄ and s are independent, so that the latter is a normal
    probability, averaged over the distribution of s.

    Source: for the power, `compute_power`; that m̄ and s are independent is Fisher's, 1925.
    Assumes: as there. The size of the confirmation is taken as given; in a gate it follows from
    the screening's spread.

    Args:
        effect: the true worsening, as a logarithm.
        sd: of the logarithms from trial to trial; above 0.
        trials: screening and confirmation; a confirmation is no smaller than the rule's.
        min_effect: the smallest worsening that matters, as a ratio.
        rule: the numbers of the rule.

    With little noise, a worsening of exactly what matters is confirmed every other time:

    >>> from bench.analysis.gating.rule import DEFAULT_RULE
    >>> round(compute_detection(math.log(1.03), 0.001, 16, 0.03, DEFAULT_RULE), 3)
    0.5
    """
    fresh = max(rule.confirming, trials - rule.screening)
    flagged = compute_power(effect / sd, rule.screening, rule.flag_p)
    errors = sd / math.sqrt(fresh)
    in_errors = np.maximum(
        math.log1p(min_effect) / errors,
        critical_t(rule.confirm_p, fresh - 1) * _spread_evenly(fresh - 1),
    )
    return flagged * float(np.mean(special.ndtr(effect / errors - in_errors)))


def find_detectable(sd: float, trials: int, min_effect: float, rule: GateRule) -> float:
    """Find the smallest true worsening that the rule calls a regression 9 times in 10.

    Args:
        sd: of the logarithms from trial to trial.
        trials: screening and confirmation.
        min_effect: the smallest worsening that matters, as a ratio.
        rule: the numbers of the rule.

    Returns:
        A ratio: 0.05 is 5 % worse. Where trials don't differ, it is what matters itself.
    """
    if not sd:
        return min_effect
    bar = math.log1p(min_effect)
    furthest = bar + 10 * sd
    found = optimize.brentq(
        lambda effect: compute_detection(effect, sd, trials, min_effect, rule) - FOUND,
        0.0,
        furthest,
    )
    return to_ratio(float(found))


def count_to_pass(sd: float, min_effect: float, rule: GateRule) -> int | None:
    """Count the trials at which a candidate that is no worse passes 9 times in 10, in one look.

    Args:
        sd: of the logarithms from trial to trial.
        min_effect: the smallest worsening that matters, as a ratio.
        rule: the numbers of the rule.

    Returns:
        At least those of the screening; None, where it would be more than ten thousand.
    """
    return count_trials(
        math.log1p(min_effect),
        sd,
        p=rule.look_p,
        power=rule.pass_power,
        at_least=rule.screening,
        at_most=MOST_TRIALS_TOLD,
    )


@lru_cache(maxsize=1_000)
def _spread_evenly(degrees: int) -> NDArray[np.float64]:
    """Return equally likely values of s / sd: the square root of a chi-squared by its degrees."""
    shares = (np.arange(_SPREADS) + 0.5) / _SPREADS
    spreads: NDArray[np.float64] = np.sqrt(stats.chi2.ppf(shares, degrees) / degrees)
    return spreads
