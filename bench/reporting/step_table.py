"""Tables of steps: a line per load level and variant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from bench.analysis.failures import MOST_TOLD, write_failure
from bench.model.condensed import CondensedRow
from bench.model.load_level import ArrivalRate
from bench.reporting.key_columns import (
    INVALID_MARK,
    assemble_table,
    build_key_columns,
    build_texts,
    name_variant,
)
from bench.reporting.labels import counted, describe_load_model
from bench.reporting.number_text import (
    COUNT,
    MEBIBYTES,
    MILLISECONDS,
    PER_SECOND,
    PERCENT,
    in_unit,
    three_digits,
)
from bench.reporting.spread_columns import Cells, Quantity, build_columns, explain_marks
from bench.reporting.table import Column, Table

_QUANTITIES: Final = (
    Quantity("throughput", lambda row: row.throughput_per_s, PER_SECOND, 0, 12),
    Quantity("p50", lambda row: row.p50_s, None, 0, 14),
    Quantity("p95", lambda row: row.p95_s, None, 3),
    Quantity("p99", lambda row: row.p99_s, None, 0, 13),
    Quantity("max", lambda row: row.max_s, None, 7),
)
_OPEN: Final = (
    Quantity("service p50", lambda row: row.service_p50_s, None, 6),
    Quantity("service p99", lambda row: row.service_p99_s, None, 4),
)
"""What response time is set beside in the open model; in the closed model the two are one."""

_COSTS: Final = (
    Quantity("CPU/req", lambda row: row.cpu_s_per_request, MILLISECONDS, 1, 15),
    Quantity("memory", lambda row: row.memory_bytes, MEBIBYTES, 2, 16),
    Quantity("threads", lambda row: row.threads, COUNT, 6),
    Quantity("loop lag p99", lambda row: row.loop_lag_p99_s, None, 5),
    Quantity("bystander p99", lambda row: row.bystander_p99_s, None, 1),
)
_LATE: Final = Column(title="late", align="right", rank=3)
_DROPPED: Final = Column(title="dropped", align="right", rank=3)
_CENSORED: Final = Column(title="censored", align="right", rank=3)
_ERRORS: Final = Column(title="errors", unit="%", align="right", rank=4)
_CAUTIONS: Final = Column(title="cautions", foldable=True, cautions=True)


def build_step_table(rows: Sequence[CondensedRow], *, title: str = "") -> Table:
    """Build the table of one experiment and stratum, a line per row given, in the order given.

    A line without a valid trial is marked and carries less weight; a column that no line has
    anything for is left out.
    """
    parts = [
        *build_key_columns(rows, "request"),
        *build_columns(_QUANTITIES, rows),
        *_open_model(rows),
        build_texts(_ERRORS, map(_errors, rows)),
        *build_columns(_COSTS, rows),
        build_texts(_CAUTIONS, (", ".join(row.cautions) for row in rows)),
    ]
    return assemble_table(parts, rows, title=title, caption=_caption(rows), notes=_notes(rows))


def _open_model(rows: Sequence[CondensedRow]) -> Iterable[Cells]:
    """Build what only the open model has: service time beside response time, missed requests."""
    if not any(isinstance(row.load, ArrivalRate) for row in rows):
        return
    yield from build_columns(_OPEN, rows)
    yield build_texts(_LATE, (_count(row.late) for row in rows))
    yield build_texts(_DROPPED, (_count(row.dropped) for row in rows))
    yield build_texts(_CENSORED, (_count(row.censored) for row in rows))


def _count(count: int | None) -> str:
    return "" if count is None else in_unit(count, COUNT)


def _errors(row: CondensedRow) -> str:
    return "" if row.error_ratio is None else in_unit(row.error_ratio, PERCENT)


def _caption(rows: Sequence[CondensedRow]) -> str:
    kinds = sorted({row.memory for row in rows if row.memory})
    is_open = any(isinstance(row.load, ArrivalRate) for row in rows)
    sums = " Late, dropped and censored requests are added up." if is_open else ""
    memory = f" Memory is {' or '.join(kinds)} of all processes of the target." if kinds else ""
    return (
        f"{describe_load_model(row.load for row in rows)} "
        f"Medians over valid trials; n is valid/all trials.{sums}{memory}"
    )


def _notes(rows: Sequence[CondensedRow]) -> tuple[str, ...]:
    notes = [note for row in rows for note in (_left_out(row), _failed(row)) if note]
    if not all(row.valid for row in rows):
        notes.append(
            f"{INVALID_MARK} not valid: no trial counts; the numbers are shown only to be seen."
        )
    notes += explain_marks((*_QUANTITIES, *_OPEN, *_COSTS), rows)
    if any(row.cpu_s_per_request and row.bystander_p99_s for row in rows):
        notes.append(
            "CPU/req divides all CPU time of the target by the users' requests; "
            "the bystander's calls are part of that time."
        )
    if any(row.cpu_s_per_request and row.streams for row in rows):
        notes.append("CPU/req counts each event of a stream as a request.")
    if any(row.mode == "duet" for row in rows):
        notes.append(
            "Arms of a duet share a core: throughput and response times are not those of a service "
            "that has one to itself."
        )
    return tuple(notes)


def _left_out(row: CondensedRow) -> str:
    if not row.valid or not row.invalid:
        return ""
    numbers = ", ".join(map(str, row.invalid))
    return f"{_place(row)}: left out as not valid: trial {numbers}."


def _failed(row: CondensedRow) -> str:
    if not row.errors:
        return ""
    outcomes = ", ".join(f"{outcome}: {count:,}" for outcome, count in row.errors.items())
    requests = counted(sum(row.errors.values()), "failed request")
    share = f" ({three_digits(row.error_ratio * 100)} %)" if row.error_ratio else ""
    place = f"{_place(row)}: {requests}{share}; {outcomes}"
    if not row.failures:
        return f"{place}."
    return f"{place}; most often {'; '.join(map(write_failure, row.failures[:MOST_TOLD]))}"


def _place(row: CondensedRow) -> str:
    request = f", {row.name}" if row.name else ""
    return f"{name_variant(row)} at {row.load}{request}"
