"""Tables on a terminal: what doesn't fit is continued below, the doubts are in colour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from bench.reporting.escaping import visible
from bench.reporting.table import ESSENTIAL, EXTRA, Column, Section, Table, select_columns

_GAP: Final = 2
_FOLDED_WIDTH: Final = 14
_MOST_FOLDED_WIDTH: Final = 24
"""Bounds of what a foldable column is given before others give way: its longest word, in here."""
_CAUTION_STYLE: Final = "bold yellow"


def print_sections(console: Console, sections: Iterable[Section]) -> None:
    """Print sections one below the other."""
    for section in sections:
        console.print()
        console.rule(Text(visible(section.title), style="bold"), align="left", style="dim")
        for paragraph in section.paragraphs:
            console.print(Text(visible(paragraph)))
        for table in section.tables:
            console.print()
            print_table(console, table)


def print_table(console: Console, table: Table) -> None:
    """Print a table with its title, caption and notes, within the console's width.

    Columns that there was no room for are named, unless they are extra.
    """
    if table.title:
        console.print(Text(visible(table.title), style="bold"))
    if table.caption:
        console.print(Text(visible(table.caption), style="dim"))
    parts = split_table(table, console.width)
    for index, part in enumerate(parts):
        if index:
            console.print()
        console.print(_rich_table(part))
    for note in (*table.notes, *_left_out(table, parts)):
        console.print(Padding(Text(visible(note), style="dim"), (0, 0, 0, 2)))


def split_table(table: Table, width: int) -> tuple[Table, ...]:
    """Split a table into parts that fit a width, the dearest columns in the first.

    Each part begins with the columns that say what a row is about. A table without such columns
    can't be continued: what doesn't fit is left out, as are extra columns in every table.
    """
    keys = [index for index, column in enumerate(table.columns) if column.key]
    left = [index for index in range(len(table.columns)) if index not in keys]
    parts: list[list[int]] = []
    while left:
        fitting = _fit(table, keys, left, width)
        parts.append(sorted(keys + fitting))
        left = [i for i in left if i not in fitting and table.columns[i].rank < EXTRA]
        if not keys:
            break
    return tuple(select_columns(table, part) for part in parts or [keys])


def _fit(table: Table, keys: Sequence[int], left: Sequence[int], width: int) -> list[int]:
    """Take out the least dear columns until the rest fits; never an essential nor the last one."""
    kept = list(left)
    while len(kept) > 1 and _needed(table, [*keys, *kept]) > width:
        least = max(kept, key=lambda index: (table.columns[index].rank, index))
        if table.columns[least].rank == ESSENTIAL:
            break
        kept.remove(least)
    return kept


def _needed(table: Table, kept: Sequence[int]) -> int:
    return sum(_column_width(table, index) for index in kept) + _GAP * (len(kept) - 1)


def _column_width(table: Table, index: int) -> int:
    column = table.columns[index]
    head = max(cell_len(column.title), cell_len(column.unit))
    body = max((cell_len(visible(row.cells[index])) for row in table.rows), default=0)
    if column.foldable:
        body = min(body, max(_FOLDED_WIDTH, min(_MOST_FOLDED_WIDTH, _longest_word(table, index))))
    return max(head, body)


def _longest_word(table: Table, index: int) -> int:
    words = (word for row in table.rows for word in visible(row.cells[index]).split())
    return max(map(cell_len, words), default=0)


def _left_out(table: Table, parts: Iterable[Table]) -> tuple[str, ...]:
    shown = {column.title for part in parts for column in part.columns}
    missing = (column for column in table.columns if column.title not in shown)
    titles = [column.title for column in missing if column.rank < EXTRA]
    return (f"No room for: {', '.join(titles)}.",) if titles else ()


def _rich_table(table: Table) -> RichTable:
    drawn = RichTable(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for column in table.columns:
        drawn.add_column(
            _heading(column),
            justify=column.align,
            no_wrap=not column.foldable,
            overflow="fold",
            style=_CAUTION_STYLE if column.cautions else "",
        )
    for row in table.rows:
        drawn.add_row(
            *(Text(visible(cell)) for cell in row.cells), style=None if row.counts else "dim"
        )
    return drawn


def _heading(column: Column) -> Text:
    lines = (column.title, column.unit) if column.unit else (column.title,)
    return Text("\n".join(visible(line) for line in lines), style="bold")
