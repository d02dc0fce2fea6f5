"""Condensing: the trials of one step and variant as one row, for tables.

The median describes the trials at hand and nothing else: it has no interval, and the ratio of two
medians is not the estimate of a comparison.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import Literal

from bench.analysis.condensing_streams import condense_streams
from bench.analysis.failures import rank_failures
from bench.analysis.spreads import spread_over
from bench.model.caution import CautionCode
from bench.model.condensed import CondensedRow, Spread
from bench.model.summary import StepRow


def condense(steps: Sequence[StepRow]) -> tuple[CondensedRow, ...]:
    """Take the rows of repeated trials together: medians over the valid ones.

    Only where no trial is valid do the others' numbers stand in, and the row says so.

    Returns:
        One row per experiment, stratum, load level, variant, arm, group and request name, in the
        order in which they first occur.
    """
    groups: dict[Hashable, list[StepRow]] = {}
    for step in steps:
        groups.setdefault(_key(step), []).append(step)
    return tuple(_condensed(rows) for rows in groups.values())


def _key(step: StepRow) -> Hashable:
    return (
        step.experiment,
        # repr, because 1, 1.0 and True are equal and yet different conditions
        tuple(sorted((name, repr(value)) for name, value in step.stratum.items())),
        step.load,
        step.variant,
        step.arm,
        step.mode,
        step.group,
        step.name,
    )


def _condensed(rows: Sequence[StepRow]) -> CondensedRow:
    counted = [row for row in rows if row.valid] or rows
    first = rows[0]
    errors = _summed_errors(counted)
    memory, memory_bytes = _memory(counted)
    return CondensedRow(
        experiment=first.experiment,
        variant=first.variant,
        arm=first.arm,
        stratum=first.stratum,
        mode=first.mode,
        load=first.load,
        name=first.name,
        group=first.group,
        valid=counted[0].valid,
        trials=tuple(row.trial for row in rows),
        invalid=tuple(row.trial for row in rows if not row.valid),
        cautions=_all_cautions(rows),
        requests=_summed(counted, "requests"),
        errors=errors,
        failures=rank_failures(failure for row in counted for failure in row.failures),
        censored=_summed(counted, "censored"),
        late=_summed(counted, "late"),
        dropped=_summed(counted, "dropped"),
        error_ratio=_error_ratio(counted, errors),
        throughput_per_s=_spread(counted, "throughput_per_s"),
        p50_s=_spread(counted, "p50_s"),
        p90_s=_spread(counted, "p90_s"),
        p95_s=_spread(counted, "p95_s"),
        p99_s=_spread(counted, "p99_s"),
        p999_s=_spread(counted, "p999_s"),
        max_s=_spread(counted, "max_s"),
        service_p50_s=_spread(counted, "service_p50_s"),
        service_p99_s=_spread(counted, "service_p99_s"),
        cpu_s_per_request=_spread(counted, "cpu_s_per_request"),
        memory=memory,
        memory_bytes=memory_bytes,
        threads=_spread(counted, "threads"),
        loop_lag_p99_s=_spread(counted, "loop_lag_p99_s"),
        bystander_p99_s=_spread(counted, "bystander_p99_s"),
        streams=condense_streams(counted),
    )


def _all_cautions(rows: Iterable[StepRow]) -> tuple[CautionCode, ...]:
    raised = {code for row in rows for code in row.cautions}
    return tuple(code for code in CautionCode if code in raised)


def _summed_errors(rows: Iterable[StepRow]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for row in rows:
        total.update(row.errors)
    return dict(sorted(total.items()))


def _summed(
    rows: Iterable[StepRow], field: Literal["requests", "censored", "late", "dropped"]
) -> int | None:
    counts: list[int | None] = [getattr(row, field) for row in rows]
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _error_ratio(rows: Sequence[StepRow], errors: dict[str, int]) -> float | None:
    """Pool the trials: a median would hide errors that fewer than half of them have."""
    requests = _summed((row for row in rows if row.error_ratio is not None), "requests")
    return sum(errors.values()) / requests if requests else None


def _memory(rows: Sequence[StepRow]) -> tuple[Literal["PSS", "RSS"] | None, Spread | None]:
    """Never mix the two kinds in one median."""
    measured = [row for row in rows if row.pss_bytes is not None or row.rss_bytes is not None]
    if measured and all(row.pss_bytes is not None for row in measured):
        return "PSS", _spread(measured, "pss_bytes")
    spread = _spread(measured, "rss_bytes")
    return ("RSS" if spread else None), spread


def _spread(rows: Sequence[StepRow], field: str) -> Spread | None:
    return spread_over(
        (getattr(row, field) for row in rows),
        at_least=any(field in row.at_least for row in rows),
        thin=any(field in row.thin for row in rows),
    )
