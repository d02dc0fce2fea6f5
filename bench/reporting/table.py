"""Neutral tables: text in columns, for the terminal, Markdown and whatever comes next.

Cells hold text as it is, unescaped: each format escapes for itself.
"""

from __future__ import annotations

from typing import Literal

from bench.model.record import Record
from bench.reporting.number_text import NOTHING

ESSENTIAL = 0
"""The rank of a column that is never left out."""

EXTRA = 10
"""From this rank on a column is left out where room is short; lower ones are continued below."""


class Column(Record):
    """A column's heading and how dear it is."""

    title: str
    unit: str = ""
    align: Literal["left", "right"] = "left"
    rank: int = ESSENTIAL
    """Where room is short, the columns of the highest rank give way first."""
    foldable: bool = False
    """Whether its text may be broken into several lines where room is short."""
    key: bool = False
    """Whether it says what a row is about; it comes again where a table is continued below."""
    cautions: bool = False
    """Whether it holds doubts, which are to catch the eye."""

    @property
    def heading(self) -> str:
        """The title with its unit, in one line."""
        return f"{self.title} ({self.unit})" if self.unit else self.title


class Row(Record):
    """A line of a table, one text per column."""

    cells: tuple[str, ...]
    counts: bool = True
    """False for numbers that don't count, which are shown with less weight."""


class Table(Record):
    """A table with what has to be said above and below it."""

    title: str = ""
    caption: str = ""
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


class Section(Record):
    """A heading, what it is about, and the tables that belong to it."""

    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


def without_empty_columns(table: Table) -> Table:
    """Leave out the columns that have no text in any row."""
    kept = [
        index for index in range(len(table.columns)) if any(row.cells[index] for row in table.rows)
    ]
    return select_columns(table, kept)


def with_dashes(table: Table) -> Table:
    """Put a dash where a column of numbers that others fill has none."""
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


def select_columns(table: Table, indices: list[int]) -> Table:
    """Keep the columns with these indices, in their order."""
    rows = tuple(
        Row(cells=tuple(row.cells[index] for index in indices), counts=row.counts)
        for row in table.rows
    )
    columns = tuple(table.columns[index] for index in indices)
    return table.model_copy(update={"columns": columns, "rows": rows})
