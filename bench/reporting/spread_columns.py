"""Columns of medians over trials, each with its range where there is room for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from bench.model.condensed import CondensedRow, Spread
from bench.reporting.number_text import AT_LEAST_MARK, THIN_MARK, Unit, in_unit, pick_time_unit
from bench.reporting.table import Column

Cells = tuple[Column, list[str]]
"""A column with its text for each row."""


class Quantity(NamedTuple):
    """A column of numbers; `range_rank` is the rank of the column of ranges beside it."""

    title: str
    of: Callable[[CondensedRow], Spread | None]
    unit: Unit | None
    """None: picked for the column, as a time."""
    rank: int
    range_rank: int | None = None


def build_columns(quantities: Iterable[Quantity], rows: Sequence[CondensedRow]) -> Iterable[Cells]:
    """Build the columns of some quantities; what a row doesn't have is an empty cell."""
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


def explain_marks(quantities: Iterable[Quantity], rows: Sequence[CondensedRow]) -> list[str]:
    """Explain the marks that numbers carry, as far as they occur."""
    marks = {_mark(quantity.of(row)) for quantity in quantities for row in rows}
    notes = []
    if AT_LEAST_MARK in marks:
        notes.append(f"{AT_LEAST_MARK} at least: requests without an answer could reach this time.")
    if THIN_MARK in marks:
        notes.append(
            f"{THIN_MARK} too few requests for this percentile: it is the longest time of a trial."
        )
    return notes


def _median(spread: Spread | None, unit: Unit) -> str:
    return "" if spread is None else f"{_mark(spread)}{in_unit(spread.median, unit)}"


def _range(spread: Spread | None, row: CondensedRow, unit: Unit) -> str:
    """Write the range over the trials; of one trial there is none."""
    trials = len(row.trials) - len(row.invalid) if row.valid else len(row.trials)
    if spread is None or trials < 2:
        return ""
    return f"{_mark(spread)}{in_unit(spread.low, unit)}-{in_unit(spread.high, unit)}"


def _mark(spread: Spread | None) -> str:
    """Choose the mark before a number: that it is but a bound says more than that it is thin."""
    if spread is None:
        return ""
    if spread.at_least:
        return AT_LEAST_MARK
    return THIN_MARK if spread.thin else ""
