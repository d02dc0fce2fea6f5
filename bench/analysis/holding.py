"""Holding: whether a target withstood the rate of one step, as a search's conditions ask.

A rate holds if every condition holds over all requests of the users, and the target kept up with
them: short windows have short queues, whose response times alone would pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bench.analysis.backlog import measure_backlog
from bench.analysis.evidence import StepEvidence
from bench.analysis.quantities import find_row_of_all
from bench.model.caution import CautionCode
from bench.model.condition import Condition
from bench.model.experiment import Load
from bench.model.knee import Attempt
from bench.model.load_level import ArrivalRate
from bench.model.summary import StepRow
from bench.model.trial import JudgedStep

_OF_OVERLOAD: Final = frozenset({CautionCode.NOTHING_MEASURED, CautionCode.ERRORS})
"""What a target looks like of which too much is asked: a finding, and no flaw of the step."""


def judge_attempt(evidence: StepEvidence, judged: JudgedStep, load: Load) -> Attempt:
    """Say whether the rate of a step of the open model held.

    It was limited, and says nothing about the target, where a caution leaves the step out of
    verdicts that a target's overload does not explain; or where requests were dropped although the
    conditions hold, since then the cap on requests in flight kept the load away from the target.
    """
    level, row = judged.step.load, find_row_of_all(judged)
    assert isinstance(level, ArrivalRate)
    assert row is not None
    failure = next(_find_failures(evidence, judged, row, load), "")
    if limit := _find_limit(judged, row, has_failed=bool(failure)):
        return Attempt(rate_per_s=level.rate, verdict="limited", because=limit)
    if failure:
        return Attempt(rate_per_s=level.rate, verdict="fails", because=failure)
    if row.dropped:
        because = f"{row.dropped} requests were dropped, as max_users were in flight"
        return Attempt(rate_per_s=level.rate, verdict="limited", because=because)
    return Attempt(rate_per_s=level.rate, verdict="holds", because="")


def _find_limit(judged: JudgedStep, row: StepRow, *, has_failed: bool) -> str:
    for caution in judged.cautions:
        code = caution.code
        if not code.invalidates or code in _OF_OVERLOAD:
            continue
        if code is CautionCode.NO_STEADY_STATE and has_failed:
            continue  # throughput that moves is one more sign of what was found anyway
        if code is CautionCode.RATE_MISSED and (row.dropped or 0) >= (row.late or 0):
            continue  # dropped rather than late: the generator was not slow
        return f"{code}: {caution.detail}"
    return ""


def _find_failures(
    evidence: StepEvidence, judged: JudgedStep, row: StepRow, load: Load
) -> Iterator[str]:
    for condition in load.search:
        if broken := _find_broken(condition, row):
            yield broken
    for caution in judged.cautions:
        if caution.code in (CautionCode.NOTHING_MEASURED, CautionCode.ERRORS):
            yield caution.detail
    backlog = measure_backlog(evidence, load.arrivals)
    if backlog.grows and not row.dropped:
        yield f"requests piled up: {backlog.began} began in the window and {backlog.ended} ended"


def _find_broken(condition: Condition, row: StepRow) -> str:
    """Say how a condition is broken; empty: it holds."""
    if condition.quantity == "error_ratio":
        return _find_broken_ratio(condition, row)
    value = getattr(row, condition.field)
    if value is None:
        return f"{condition.quantity} does not exist, as no request succeeded"
    # A mean has no bound of its own; with censored requests it too is only known to be no lower.
    is_bound = condition.field in row.at_least or (condition.quantity == "mean" and row.censored)
    if value < condition.below and not is_bound:
        return ""
    least = "at least " if is_bound else ""
    return f"{condition.quantity} was {least}{condition.write(value)}"


def _find_broken_ratio(condition: Condition, row: StepRow) -> str:
    """Count what was given up without an answer as failed: it can't be known not to."""
    failed, censored = sum(row.errors.values()), row.censored or 0
    asked = (row.requests or 0) + censored
    if not asked:
        return "error_ratio does not exist, as no request was sent"
    ratio = (failed + censored) / asked
    if ratio < condition.below:
        return ""
    return f"error_ratio was {condition.write(ratio)}"
