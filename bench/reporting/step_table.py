"""Tables of steps: a line per load level and variant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from bench.model.condensed import CondensedRow, Spread
from bench.reporting.labels import counted, describe_load_model
from bench.reporting.number_text import (
    AT_LEAST_MARK,
    COUNT,
    MEBIBYTES,
    MILLISECONDS,
    NOTHING,
    PER_SECOND,
    PERCENT,
    Unit,
    in_unit,
    pick_time_unit,
    three_digits,
)
from bench.reporting.table import Column, Row, Table, without_empty_columns

INVALID_MARK: Final = "†"


class _Quantity(NamedTuple):
    """A column of numbers; `range_rank` is the rank of the column of ranges beside it."""

    title: str
    of: Callable[[CondensedRow], Spread | None]
    unit: Unit | None
    """None: picked for the column, as a time."""
    rank: int
    range_rank: int | None = None


_QUANTITIES: Final = (
    _Quantity("throughput", lambda row: row.throughput_per_s, PER_SECOND, 0, 12),
    _Quantity("p50", lambda row: row.p50_s, None, 0, 14),
    _Quantity("p95", lambda row: row.p95_s, None, 3),
    _Quantity("p99", lambda row: row.p99_s, None, 0, 13),
    _Quantity("max", lambda row: row.max_s, None, 7),
)
_COSTS: Final = (
    _Quantity("CPU/req", lambda row: row.cpu_s_per_request, MILLISECONDS, 1, 15),
    _Quantity("memory", lambda row: row.memory_bytes, MEBIBYTES, 2, 16),
    _Quantity("threads", lambda row: row.threads, COUNT, 6),
    _Quantity("loop lag p99", lambda row: row.loop_lag_p99_s, None, 5),
    _Quantity("bystander p99", lambda row: row.bystander_p99_s, None, 1),
)
_LOAD: Final = Column(title="load", align="right", key=True)
_VARIANT: Final = Column(title="variant", foldable=True, key=True)
_REQUEST: Final = Column(title="request", foldable=True, key=True)
_TRIALS: Final = Column(title="n", align="right", key=True)
_ERRORS: Final = Column(title="errors", unit="%", align="right", rank=4)
_CAUTIONS: Final = Column(title="cautions", foldable=True, cautions=True)


def build_step_table(rows: Sequence[CondensedRow], *, title: str = "") -> Table:
    """Build the table of one experiment and stratum, a line per row given, in the order given.

    A line without a valid trial is marked and carries less weight; a column that no line has
    anything for is left out.
    """
    by_name = any(row.name is not None for row in rows)
    parts = [
        _texts(_LOAD, (str(row.load) for row in rows)),
        _texts(_VARIANT, map(_variant, rows)),
        *([_texts(_REQUEST, (row.name or "all" for row in rows))] if by_name else []),
        _texts(_TRIALS, map(_count_of_trials, rows)),
        *_quantities(_QUANTITIES, rows),
        _texts(_ERRORS, map(_errors, rows)),
        *_quantities(_COSTS, rows),
        _texts(_CAUTIONS, (", ".join(row.cautions) for row in rows)),
    ]
    table = Table(
        title=title,
        caption=_caption(rows),
        columns=tuple(column for column, _ in parts),
        rows=tuple(
            Row(cells=tuple(cells[index] for _, cells in parts), counts=row.valid)
            for index, row in enumerate(rows)
        ),
        notes=_notes(rows),
    )
    return _dashed(without_empty_columns(table))


def _texts(column: Column, texts: Iterable[str]) -> tuple[Column, list[str]]:
    return column, list(texts)


def _quantities(
    quantities: Iterable[_Quantity], rows: Sequence[CondensedRow]
) -> Iterable[tuple[Column, list[str]]]:
    for quantity in quantities:
        spreads = [quantity.of(row) for row in rows]
        unit = quantity.unit or pick_time_unit(s.median for s in spreads if s is not None)
        yield (
            Column(title=quantity.title, unit=unit.name, align="right", rank=quantity.rank),
            [_median(spread, unit) for spread in spreads],
        )
        if quantity.range_rank is not None:
            yield (
                Column(
                    title=f"{quantity.title} range",
                    unit=unit.name,
                    align="right",
                    rank=quantity.range_rank,
                ),
                [_range(spread, row, unit) for spread, row in zip(spreads, rows, strict=True)],
            )


def _median(spread: Spread | None, unit: Unit) -> str:
    if spread is None:
        return ""
    return f"{_bound(spread)}{in_unit(spread.median, unit)}"


def _range(spread: Spread | None, row: CondensedRow, unit: Unit) -> str:
    """Write the range over the trials; of one trial there is none."""
    trials = len(row.trials) - len(row.invalid) if row.valid else len(row.trials)
    if spread is None or trials < 2:
        return ""
    return f"{_bound(spread)}{in_unit(spread.low, unit)}-{in_unit(spread.high, unit)}"


def _bound(spread: Spread) -> str:
    return AT_LEAST_MARK if spread.at_least else ""


def _variant(row: CondensedRow) -> str:
    return f"{row.variant} ({row.arm})" if row.arm else row.variant


def _count_of_trials(row: CondensedRow) -> str:
    valid = len(row.trials) - len(row.invalid)
    return f"{valid}/{len(row.trials)}{'' if row.valid else INVALID_MARK}"


def _errors(row: CondensedRow) -> str:
    return "" if row.error_ratio is None else in_unit(row.error_ratio, PERCENT)


def _caption(rows: Sequence[CondensedRow]) -> str:
    kinds = sorted({row.memory for row in rows if row.memory})
    memory = f" Memory is {' or '.join(kinds)} of all processes of the target." if kinds else ""
    return (
        f"{describe_load_model(row.load for row in rows)} "
        f"Medians over valid trials; n is valid/all trials.{memory}"
    )


def _notes(rows: Sequence[CondensedRow]) -> tuple[str, ...]:
    notes = [note for row in rows for note in (_left_out(row), _failed(row)) if note]
    if not all(row.valid for row in rows):
        notes.append(
            f"{INVALID_MARK} not valid: no trial counts; the numbers are shown only to be seen."
        )
    if any(map(_has_bound, rows)):
        notes.append(f"{AT_LEAST_MARK} at least: requests without an answer could reach this time.")
    if any(row.cpu_s_per_request and row.bystander_p99_s for row in rows):
        notes.append(
            "CPU/req divides all CPU time of the target by the users' requests; "
            "the bystander's calls are part of that time."
        )
    return tuple(notes)


def _has_bound(row: CondensedRow) -> bool:
    spreads = (quantity.of(row) for quantity in (*_QUANTITIES, *_COSTS))
    return any(spread is not None and spread.at_least for spread in spreads)


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
    return f"{_place(row)}: {requests}{share}; {outcomes}."


def _place(row: CondensedRow) -> str:
    request = f", {row.name}" if row.name else ""
    return f"{_variant(row)} at {row.load}{request}"


def _dashed(table: Table) -> Table:
    """Put a dash where a column that others fill has no number; an empty cautions cell is good."""
    numbers = [column.align == "right" for column in table.columns]
    rows = tuple(
        Row(
            cells=tuple(
                cell or (NOTHING if is_number else "")
                for cell, is_number in zip(row.cells, numbers, strict=True)
            ),
            counts=row.counts,
        )
        for row in table.rows
    )
    return table.model_copy(update={"rows": rows})
