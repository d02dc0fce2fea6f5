"""The gate's rule: a row's trials, in their order, become a verdict, or a wish for more trials.

1. Screen: the first trials flag a row whose worsening is above 0.
2. Confirm: a flagged row gets a batch of fresh trials, and is a regression if the worsening of
   these alone is above 0 and no smaller than what matters.
3. Pass: at three looks declared beforehand a row passes whose worsening is bound to be smaller than
   what matters: after screening, after confirmation, after the last trial.

What is not decided then is inconclusive. How many trials there are until a look follows from the
spread of those before, so that it is fixed before the trials in question are seen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bench.analysis.gating.one_sided import (
    Moments,
    bound_above,
    bound_below,
    is_above,
    is_below,
    take_moments,
)
from bench.analysis.gating.power import count_trials
from bench.analysis.gating.ratios import write_worsening
from bench.model.gate import GateVerdict

LOOKS: Final = 3
"""How often a row is looked at to let it pass."""

_BOUND_P: Final = 0.1
"""A confirmation is sized for a worsening that the screening puts at least this far: one-sided."""


@dataclass(frozen=True, slots=True)
class GateRule:
    """The numbers of the rule: trials, and one-sided levels.

    Raises:
        ValueError: a screening or confirmation that is too small for its level, or no room for both
            within `most_trials`.
    """

    screening: int = 8
    flag_p: float = 0.05
    confirming: int = 8
    """Trials of a confirmation at least; a noisy row's has more."""
    confirm_p: float = 0.01
    confirm_power: float = 0.95
    """How likely a confirmation shall find what it is sized for."""
    pass_level: float = 0.05
    """How likely a worsening that just matters may pass, over all looks."""
    pass_power: float = 0.9
    """How likely a candidate that is no worse shall have passed at the last look."""
    most_trials: int = 100
    error_trials: int = 2
    """In how many trials requests of the candidate alone have to fail, to be its fault."""

    def __post_init__(self) -> None:
        # Trials that agree to the last digit have p = 2^-n, which has to be able to say something.
        if 0.5**self.screening >= self.look_p or 0.5**self.confirming >= self.confirm_p:
            raise ValueError(
                f"{self.screening} trials to screen and {self.confirming} to confirm are too few "
                f"for p < {self.look_p:.3g} and p < {self.confirm_p:.3g}"
            )
        if self.most_trials < self.screening + self.confirming:
            raise ValueError(
                f"{self.most_trials} trials at most leave no room for {self.screening} to screen "
                f"and {self.confirming} to confirm"
            )

    @property
    def look_p(self) -> float:
        """The level of one look: `pass_level`, split evenly (Bonferroni)."""
        return self.pass_level / LOOKS

    @property
    def interval_level(self) -> float:
        """The level of the two-sided interval whose worse end is the bound that a look goes by."""
        return 1 - 2 * self.look_p


DEFAULT_RULE: Final = GateRule()


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rule says of a row: a verdict, or how many trials it asks for."""

    verdict: GateVerdict | None
    trials: int
    """How many it rests on, from the first; later ones, measured for other rows, are not in it."""
    wants: int
    """How many there should be in all, next; 0 where there is a verdict."""
    stage: str
    """How it came about, in words."""


def decide(
    worsenings: Sequence[float], min_effect: float, rule: GateRule, *, exhausted: bool = False
) -> Decision:
    """Judge one row by its trials so far.

    Each look is made of the trials up to its declared number, whatever came after, so that it does
    not matter how often this is asked, nor how many trials other rows needed: the decision on some
    trials is that on any longer series which begins with them, if there is one.

    Where the budget ends before a look's number of trials is reached, the look is brought forward
    to what there is: once for a row, as no look follows it. The bound on what may pass then holds
    as long as the end of the budget doesn't depend on the ratios measured; a gate must not be gone
    on with afterwards, since that would be a fourth look. A screening that isn't whole says
    nothing, and a confirmation is judged from `confirming` trials on.

    Args:
        worsenings: logarithms of how much worse the candidate was (above 0: worse), one per trial.
        min_effect: the smallest worsening that matters, as a ratio: 0.03 is 3 %.
        rule: the numbers of the rule.
        exhausted: whether there will be no more trials.

    Assumes: trials are independent and alike, and their logarithms about normal. What becomes of
    the error rates where they aren't stands in `docs/explanation/the-gate.md`.
    Does not mean: of a pass, that nothing got worse: only that it's less than `min_effect`.

    Eight trials that lie about 0 pass at once; about 5 % they ask for a confirmation:

    >>> noise = [0.004, -0.004, 0.002, -0.002] * 2
    >>> decide(noise, 0.03, DEFAULT_RULE).verdict
    <GateVerdict.PASS: 'pass'>
    >>> worse = [0.05 + each for each in noise]
    >>> decide(worse, 0.03, DEFAULT_RULE).wants, decide(worse * 2, 0.03, DEFAULT_RULE).verdict
    (16, <GateVerdict.REGRESSION: 'regression'>)
    """
    n, bar = len(worsenings), math.log1p(min_effect)
    if n < rule.screening:
        return _end_early(n, rule) if exhausted else _ask(n, rule.screening, "screening")
    screened = take_moments(worsenings[: rule.screening])
    if is_below(screened, bar, rule.look_p):
        return _conclude_pass(screened, min_effect, rule, "after screening")
    return _confirm(worsenings, screened, min_effect, rule, exhausted=exhausted)


def _confirm(
    worsenings: Sequence[float],
    screened: Moments,
    min_effect: float,
    rule: GateRule,
    *,
    exhausted: bool,
) -> Decision:
    n, bar = len(worsenings), math.log1p(min_effect)
    flagged = is_above(screened, 0.0, rule.flag_p)
    until = screened.n + _size_confirmation(screened, bar, rule, flagged=flagged)
    if n < until and not exhausted:
        return _ask(n, until, "confirming a worsening" if flagged else "not tight enough to pass")
    fresh, seen = worsenings[screened.n : until], take_moments(worsenings[:until])
    if flagged and len(fresh) >= rule.confirming:
        confirmed = take_moments(fresh)
        if confirmed.mean >= bar and is_above(confirmed, 0.0, rule.confirm_p):
            return _conclude_regression(confirmed, seen.n, rule)
    if is_below(seen, bar, rule.look_p):
        return _conclude_pass(seen, min_effect, rule, "at the second look")
    if seen.mean >= bar:
        # It would have to fall below first: more trials would hardly ever let it pass.
        why = f"{write_worsening(seen.mean)} worse as measured, and not confirmed as a regression"
        return Decision(GateVerdict.INCONCLUSIVE, seen.n, 0, why)
    return _look_last(worsenings, seen, min_effect, rule, exhausted=exhausted)


def _look_last(
    worsenings: Sequence[float],
    seen: Moments,
    min_effect: float,
    rule: GateRule,
    *,
    exhausted: bool,
) -> Decision:
    n, bar = len(worsenings), math.log1p(min_effect)
    until = _find_last_trial(seen, bar, rule)
    if n < until and not exhausted:
        return _ask(n, until, "not tight enough to pass")
    last = take_moments(worsenings[:until])
    # Where the budget ended with the second look, `last` is what that saw, and it stays its no.
    if is_below(last, bar, rule.look_p):
        return _conclude_pass(last, min_effect, rule, "at the last look")
    bound = write_worsening(bound_above(last, rule.look_p))
    ended = f"the budget ended after {last.n} trials" if n < until else f"{last.n} trials were all"
    why = f"{ended}, and it may be {bound} worse, where {min_effect:.1%} would matter"
    return Decision(GateVerdict.INCONCLUSIVE, last.n, 0, why)


def _size_confirmation(screened: Moments, bar: float, rule: GateRule, *, flagged: bool) -> int:
    """Size the second batch by the screening alone, before any of its trials is seen.

    A flagged row's has the power to find a worsening that matters, or the larger one that the
    screening leaves no doubt of. An unflagged row's can only let it pass: the least will do.
    """
    if not flagged:
        return rule.confirming
    effect = max(bar, bound_below(screened, _BOUND_P))
    room = rule.most_trials - screened.n
    count = count_trials(
        effect,
        screened.sd,
        p=rule.confirm_p,
        power=rule.confirm_power,
        at_least=rule.confirming,
        at_most=room,
    )
    return count or room


def _find_last_trial(seen: Moments, bar: float, rule: GateRule) -> int:
    """Fix the last trial at the second look, by the spread alone.

    By the estimate as well would be quicker, but a look whose time depends on the mean that it
    looks at passes more than its level; the spread of normal numbers says nothing of their mean.
    """
    if seen.n >= rule.most_trials:
        return seen.n
    count = count_trials(
        bar,
        seen.sd,
        p=rule.look_p,
        power=rule.pass_power,
        at_least=min(seen.n + rule.confirming, rule.most_trials),
        at_most=rule.most_trials,
    )
    return count or rule.most_trials


def _ask(n: int, wants: int, stage: str) -> Decision:
    return Decision(None, n, wants, stage)


def _end_early(n: int, rule: GateRule) -> Decision:
    why = f"the budget ended after {n} of the {rule.screening} trials of a screening"
    return Decision(GateVerdict.INCONCLUSIVE, n, 0, why)


def _conclude_pass(seen: Moments, min_effect: float, rule: GateRule, when: str) -> Decision:
    bound = bound_above(seen, rule.look_p)
    at_most = f"at most {write_worsening(bound)} worse" if bound > 0 else "better"
    why = f"{at_most} {when}, where {min_effect:.1%} would matter"
    return Decision(GateVerdict.PASS, seen.n, 0, why)


def _conclude_regression(confirmed: Moments, trials: int, rule: GateRule) -> Decision:
    worse = write_worsening(confirmed.mean)
    flagged = f"what the first {rule.screening} had flagged"
    why = f"{worse} worse in {confirmed.n} fresh trials, which confirm {flagged}"
    return Decision(GateVerdict.REGRESSION, trials, 0, why)
