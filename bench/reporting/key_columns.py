"""Key columns: what a line of condensed rows is about, and how many trials it stands on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from bench.model.condensed import CondensedRow
from bench.reporting.spread_columns import Cells
from bench.reporting.table import Column, Row, Table, with_dashes, without_empty_columns

INVALID_MARK: Final = "†"

_LOAD: Final = Column(title="load", align="right", key=True)
_VARIANT: Final = Column(title="variant", foldable=True, key=True)
_TRIALS: Final = Column(title="n", align="right", key=True)


def build_key_columns(rows: Sequence[CondensedRow], named: str) -> list[Cells]:
    """Build load, variant, name and number of trials; names only where some row has one.

    Args:
        rows: the lines.
        named: the title of the column of names.
    """
    by_name = any(row.name is not None for row in rows)
    names = Column(title=named, foldable=True, key=True)
    return [
        build_texts(_LOAD, (str(row.load) for row in rows)),
        build_texts(_VARIANT, map(name_variant, rows)),
        *([build_texts(names, (row.name or "all" for row in rows))] if by_name else []),
        build_texts(_TRIALS, map(_count_of_trials, rows)),
    ]


def build_texts(column: Column, texts: Iterable[str]) -> Cells:
    """Put texts into a column, one for each row."""
    return column, list(texts)


def assemble_table(
    parts: Iterable[Cells],
    rows: Sequence[CondensedRow],
    *,
    title: str,
    caption: str,
    notes: Iterable[str],
) -> Table:
    """Put columns together; those that no line has anything for are left out."""
    parts = tuple(parts)
    table = Table(
        title=title,
        caption=caption,
        columns=tuple(column for column, _ in parts),
        rows=tuple(
            Row(cells=tuple(cells[index] for _, cells in parts), counts=row.valid)
            for index, row in enumerate(rows)
        ),
        notes=tuple(notes),
    )
    return with_dashes(without_empty_columns(table))


def name_variant(row: CondensedRow) -> str:
    """Name a line's variant, with its arm where it has one."""
    return f"{row.variant} ({row.arm})" if row.arm else row.variant


def _count_of_trials(row: CondensedRow) -> str:
    valid = len(row.trials) - len(row.invalid)
    return f"{valid}/{len(row.trials)}{'' if row.valid else INVALID_MARK}"
