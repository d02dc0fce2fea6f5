"""Failing: the requests of one arm's step that failed, or never ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.analysis.failures import describe_failures, rank_failures
from bench.analysis.gating.duets import DuetStep, SeenStep
from bench.model.caution import CautionCode
from bench.model.summary import StepRow

CENSORED: Final = "censored"
"""A request that was still open at the end of the drain; no outcome of the generator's."""

_FOLLOWING_FAILURES: Final = frozenset(
    {
        CautionCode.LITTLES_LAW,
        CautionCode.NO_STEADY_STATE,
        CautionCode.NOTHING_MEASURED,
        CautionCode.TARGET_DIED,
        CautionCode.TARGET_CHANGED,
        CautionCode.ERRORS,
    }
)
"""Cautions that failing requests bring about; all others say that something else was wrong."""


@dataclass(frozen=True, slots=True)
class FailedRequests:
    """How many requests failed, by outcome, of how many; users' and bystanders' apart."""

    users: Mapping[str, int]
    users_seen: int
    bystanders: Mapping[str, int]
    bystanders_seen: int
    rows: tuple[StepRow, ...]

    @property
    def count(self) -> int:
        """All that failed, whoever sent them."""
        return sum(self.users.values()) + sum(self.bystanders.values())

    def exceed(self, max_ratio: float) -> bool:
        """Tell whether more failed than may, of either group."""
        return (
            sum(self.users.values()) > max_ratio * self.users_seen
            or sum(self.bystanders.values()) > max_ratio * self.bystanders_seen
        )


def count_failed(rows: Sequence[StepRow]) -> FailedRequests | None:
    """Count the failed requests of one arm's step; None where it says nothing of them.

    A request that had not ended when the drain did counts as failed, as in a search for the knee:
    whoever sent it is without an answer. A step is passed over where the generator or the machine
    was at fault, or whose window never closed; cautions that failures bring about are no reason.
    """
    of_all = next((row for row in rows if row.name is None and row.group == "users"), None)
    if of_all is None or of_all.requests is None:
        return None
    if any(code.invalidates and code not in _FOLLOWING_FAILURES for code in of_all.cautions):
        return None
    bystanders = [row for row in rows if row.group == "bystander"]
    return FailedRequests(
        users=_count_outcomes([of_all]),
        users_seen=_count_seen([of_all]),
        bystanders=_count_outcomes(bystanders),
        bystanders_seen=_count_seen(bystanders),
        rows=(of_all, *bystanders),
    )


def only_baseline_failed(step: DuetStep, max_error_ratio: float) -> bool:
    """Tell whether requests of the baseline failed in this trial, and the candidate's didn't."""
    return _failed(step.baseline, max_error_ratio) and not _failed(step.candidate, max_error_ratio)


def describe_failed(arms: Sequence[FailedRequests]) -> str:
    """Write what failed in some trials of an arm: outcomes, and the most frequent texts."""
    outcomes: Counter[str] = Counter()
    for arm in arms:
        outcomes.update(arm.users)
        outcomes.update({f"{outcome} (bystander)": n for outcome, n in arm.bystanders.items()})
    texts = rank_failures(failure for arm in arms for row in arm.rows for failure in row.failures)
    return describe_failures(dict(sorted(outcomes.items())), texts)


def _failed(seen: SeenStep, max_error_ratio: float) -> bool:
    failed = count_failed(seen.rows)
    return failed is not None and failed.exceed(max_error_ratio)


def _count_outcomes(rows: Sequence[StepRow]) -> dict[str, int]:
    outcomes: Counter[str] = Counter()
    for row in rows:
        outcomes.update(row.errors)
        outcomes[CENSORED] += row.censored or 0
    return {outcome: count for outcome, count in outcomes.items() if count}


def _count_seen(rows: Sequence[StepRow]) -> int:
    return sum((row.requests or 0) + (row.censored or 0) for row in rows)
