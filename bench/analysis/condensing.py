"""Condensing: the trials of one step and variant as one row, for tables.

The median describes the trials at hand and nothing else: it has no interval, and the ratio of two
medians is not the estimate of a comparison.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from math import isfinite
from statistics import median
from typing import Literal

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
        requests=sum(row.requests for row in counted),
        errors=errors,
        error_ratio=_error_ratio(counted, errors),
        throughput_per_s=_spread(row.throughput_per_s for row in counted),
        p50_s=_percentile((row.p50_s, row.at_least) for row in counted),
        p90_s=_percentile((row.p90_s, row.at_least) for row in counted),
        p95_s=_percentile((row.p95_s, row.at_least) for row in counted),
        p99_s=_percentile((row.p99_s, row.at_least) for row in counted),
        p999_s=_percentile((row.p999_s, row.at_least) for row in counted),
        max_s=_percentile((row.max_s, row.at_least) for row in counted),
        cpu_s_per_request=_spread(row.cpu_s_per_request for row in counted),
        memory=memory,
        memory_bytes=memory_bytes,
        threads=_spread(row.threads for row in counted),
        loop_lag_p99_s=_spread(row.loop_lag_p99_s for row in counted),
        bystander_p99_s=_spread(row.bystander_p99_s for row in counted),
    )


def _all_cautions(rows: Iterable[StepRow]) -> tuple[CautionCode, ...]:
    raised = {code for row in rows for code in row.cautions}
    return tuple(code for code in CautionCode if code in raised)


def _summed_errors(rows: Iterable[StepRow]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for row in rows:
        total.update(row.errors)
    return dict(sorted(total.items()))


def _error_ratio(rows: Sequence[StepRow], errors: dict[str, int]) -> float | None:
    """Pool the trials: a median would hide errors that fewer than half of them have."""
    known = [row for row in rows if row.error_ratio is not None]
    requests = sum(row.requests for row in known)
    return sum(errors.values()) / requests if requests else None


def _memory(rows: Sequence[StepRow]) -> tuple[Literal["PSS", "RSS"] | None, Spread | None]:
    """Never mix the two kinds in one median."""
    measured = [row for row in rows if row.pss_bytes is not None or row.rss_bytes is not None]
    if measured and all(row.pss_bytes is not None for row in measured):
        return "PSS", _spread(row.pss_bytes for row in measured)
    spread = _spread(row.rss_bytes for row in measured)
    return ("RSS" if spread else None), spread


def _spread(values: Iterable[float | None]) -> Spread | None:
    return _percentile((value, False) for value in values)


def _percentile(values: Iterable[tuple[float | None, bool]]) -> Spread | None:
    known = [(value, at_least) for value, at_least in values if value is not None]
    numbers = [value for value, _ in known if isfinite(value)]
    if not numbers:
        return None
    return Spread(
        median=median(numbers),
        low=min(numbers),
        high=max(numbers),
        at_least=any(at_least for _, at_least in known),
    )
