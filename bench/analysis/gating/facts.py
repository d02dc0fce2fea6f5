"""Facts: requests that failed are counted, and need no statistics.

That only the candidate's requests fail is a regression, once it was seen in two trials: both arms
are loaded in the same instant by the same generator, but one hiccup of the machine may hit but one
of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.analysis.gating.failing import FailedRequests, describe_failed
from bench.analysis.gating.rule import GateRule
from bench.model.gate import GateVerdict


@dataclass(frozen=True, slots=True)
class TrialFailures:
    """What failed in one trial on each side; None: nothing can be said of that side."""

    baseline: FailedRequests | None
    candidate: FailedRequests | None


@dataclass(frozen=True, slots=True)
class ErrorsFound:
    """What the failed requests of all trials say."""

    verdict: GateVerdict | None
    wants: int
    """How many trials there should be in all; 0 where there is a verdict."""
    baseline: int
    """Failed requests in all."""
    candidate: int
    looked_at: int
    """Trials of which both sides could be looked at."""
    because: str


def judge_errors(
    trials: Sequence[TrialFailures], max_error_ratio: float, rule: GateRule, *, exhausted: bool
) -> ErrorsFound:
    """Judge the requests that failed beyond what the experiment allows, trial by trial.

    - Of the candidate alone, in at least `rule.error_trials` trials: a regression.
    - Of the candidate alone, in fewer: as many fresh trials as a confirmation has at least are
      asked for from there on, and it is inconclusive if it doesn't happen again.
    - Of both sides: invalid; but a single trial in which both failed at once is the machine's.
    - Of the baseline alone: a pass, which says so.

    Does not mean: that a rare failure is not the candidate's, where the baseline had it as well;
    nor that it is, where both sides fail by chance. If each side fails by chance in one of 50
    trials, this calls 3 gates of 100 with 16 trials a regression: such an experiment needs a
    `max_error_ratio` above what chance brings.

    Args:
        trials: in their order.
        max_error_ratio: the experiment's budget of failed requests, of each step.
        rule: how many trials it takes.
        exhausted: whether there will be no more.
    """
    tally = _Tally(trials, max_error_ratio)
    verdict, wants, because = _judge(tally, rule, exhausted=exhausted)
    return ErrorsFound(
        verdict=verdict,
        wants=wants,
        baseline=sum(baseline.count for _, baseline, _ in tally.seen),
        candidate=sum(candidate.count for _, _, candidate in tally.seen),
        looked_at=len(tally.seen),
        because=because,
    )


class _Tally:
    """In which trials which side failed; trials by their place in the order."""

    def __init__(self, trials: Sequence[TrialFailures], max_ratio: float) -> None:
        self.trials = len(trials)
        self.seen = [
            (place, trial.baseline, trial.candidate)
            for place, trial in enumerate(trials)
            if trial.baseline is not None and trial.candidate is not None
        ]
        self.theirs = {place for place, each, _ in self.seen if each.exceed(max_ratio)}
        self.ours = {place for place, _, each in self.seen if each.exceed(max_ratio)}

    def describe_ours(self) -> str:
        return describe_failed([each for place, _, each in self.seen if place in self.ours])

    def describe_theirs(self) -> str:
        return describe_failed([each for place, each, _ in self.seen if place in self.theirs])


def _judge(
    tally: _Tally, rule: GateRule, *, exhausted: bool
) -> tuple[GateVerdict | None, int, str]:
    if not tally.seen:
        return GateVerdict.INVALID, 0, "no trial could be looked at"
    n = len(tally.seen)
    if tally.ours and tally.theirs:
        return _judge_both(tally)
    if tally.theirs:
        why = f"of the baseline alone, in {len(tally.theirs)} of {n} trials"
        return GateVerdict.PASS, 0, f"{why}: {tally.describe_theirs()}"
    if not tally.ours:
        return GateVerdict.PASS, 0, f"none failed beyond what is allowed, in {n} trials"
    why = f"of the candidate alone, in {len(tally.ours)} of {n} trials: {tally.describe_ours()}"
    if len(tally.ours) >= rule.error_trials:
        return GateVerdict.REGRESSION, 0, why
    wants = max(tally.ours) + 1 + rule.confirming
    if tally.trials < wants and not exhausted:
        return None, wants, why
    return GateVerdict.INCONCLUSIVE, 0, f"{why}; {rule.error_trials} trials would be no accident"


def _judge_both(tally: _Tally) -> tuple[GateVerdict, int, str]:
    if tally.ours == tally.theirs and len(tally.ours) == 1:
        why = f"of both sides at once, in one trial alone: {tally.describe_ours()}"
        return GateVerdict.PASS, 0, why
    why = (
        f"on both sides: of the baseline in {len(tally.theirs)} trials "
        f"({tally.describe_theirs()}), of the candidate in {len(tally.ours)} "
        f"({tally.describe_ours()})"
    )
    return GateVerdict.INVALID, 0, why
