"""The table of a gate: a row per variant, load and quantity, the verdict last but in sight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from bench.model.gate import GateRow, GateVerdict
from bench.reporting.gate_names import name_quantity
from bench.reporting.gate_numbers import (
    write_ratio,
    write_share,
    write_sides,
    write_trials,
    write_worsening,
)
from bench.reporting.labels import label_load, label_stratum
from bench.reporting.number_text import NOTHING, three_digits
from bench.reporting.table import (
    EXTRA,
    Column,
    Row,
    Table,
    select_columns,
    with_dashes,
    without_empty_columns,
)

_EXPERIMENT: Final = Column(title="experiment", foldable=True, key=True)
_STRATUM: Final = Column(title="stratum", foldable=True, key=True)
_COLUMNS: Final = (
    _EXPERIMENT,
    _STRATUM,
    Column(title="variant", foldable=True, key=True),
    Column(title="load", align="right", key=True),
    Column(title="quantity", key=True),
    Column(title="baseline", align="right", rank=2),
    Column(title="candidate", align="right", rank=2),
    Column(title="ratio", align="right", rank=2),
    Column(title="worsening", align="right"),
    Column(title="min effect", align="right", rank=1),
    Column(title="verdict"),
    Column(title="n", align="right", rank=1),
    Column(title="could find", align="right", rank=4),
    Column(title="trials needed", align="right", rank=4),
    Column(title="sign-flip p", align="right", rank=EXTRA),
)
_COULD_FIND: Final = (
    "could find: the smallest true worsening that so many trials of this spread find 9 times in "
    "10. trials needed: after which a candidate that is no worse would have passed."
)


def build_gate_table(rows: Sequence[GateRow], *, title: str = "") -> Table:
    """Build the table of a gate's rows, in the order given.

    Experiment and stratum have columns only where there are several of them.
    """
    table = Table(
        title=title,
        caption=_caption(rows) if rows else "",
        columns=_COLUMNS,
        rows=tuple(_row(row) for row in rows),
        notes=(_COULD_FIND,) if any(map(_is_inconclusive, rows)) else (),
    )
    hidden = _same_everywhere(rows)
    kept = [index for index, column in enumerate(table.columns) if column not in hidden]
    return with_dashes(without_empty_columns(select_columns(table, kept)))


def _row(row: GateRow) -> Row:
    open_question = _is_inconclusive(row)
    return Row(
        cells=(
            row.experiment,
            label_stratum(row.stratum),
            row.variant,
            label_load(row.load),
            name_quantity(row.quantity),
            *write_sides(row),
            write_ratio(row),
            write_worsening(row),
            write_share(row.min_effect),
            row.verdict.value,
            write_trials(row),
            _unless_nothing(write_share(row.detectable)) if open_question else "",
            str(row.trials_needed) if open_question and row.trials_needed is not None else "",
            "" if row.sign_flip_p is None else three_digits(row.sign_flip_p),
        ),
        counts=row.verdict is not GateVerdict.INVALID,
    )


def _unless_nothing(text: str) -> str:
    return "" if text == NOTHING else text


def _is_inconclusive(row: GateRow) -> bool:
    return row.verdict is GateVerdict.INCONCLUSIVE


def _same_everywhere(rows: Iterable[GateRow]) -> list[Column]:
    rows = tuple(rows)
    return [
        column
        for column, names in (
            (_EXPERIMENT, {row.experiment for row in rows}),
            (_STRATUM, {label_stratum(row.stratum) for row in rows}),
        )
        if len(names) < 2
    ]


def _caption(rows: Sequence[GateRow]) -> str:
    levels = " or ".join(f"{level * 100:g} %" for level in sorted({row.level for row in rows}))
    methods = "; ".join(sorted({row.method for row in rows if row.method}))
    left_out = ", in brackets those left out" if any(row.dropped for row in rows) else ""
    return (
        f"Ratio candidate / baseline, with its {levels} interval"
        f"{f' ({methods})' if methods else ''}; min effect: the smallest worsening that matters; "
        f"n is the number of trials{left_out}."
    )
