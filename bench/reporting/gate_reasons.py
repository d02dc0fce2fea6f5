"""Why rows of a gate are no pass: each reason once, with all rows that it holds for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from bench.model.gate import GateRow, GateVerdict
from bench.reporting.gate_names import name_row
from bench.reporting.gate_numbers import write_trials_in_words, write_worsening
from bench.reporting.number_text import NOTHING

GRAVEST_FIRST: Final = (
    GateVerdict.REGRESSION,
    GateVerdict.INVALID,
    GateVerdict.INCONCLUSIVE,
    GateVerdict.PASS,
)


def order_by_gravity(rows: Iterable[GateRow]) -> tuple[GateRow, ...]:
    """Put the gravest rows first, and leave their order alone otherwise."""
    return tuple(sorted(rows, key=lambda row: GRAVEST_FIRST.index(row.verdict)))


def troubled_rows(rows: Iterable[GateRow]) -> tuple[GateRow, ...]:
    """Return the rows that are no pass, the gravest first."""
    return order_by_gravity(row for row in rows if row.verdict is not GateVerdict.PASS)


def build_gate_reasons(rows: Iterable[GateRow]) -> tuple[str, ...]:
    """Say of every row that is no pass why, the gravest first."""
    places: dict[tuple[GateVerdict, str], list[str]] = {}
    for row in troubled_rows(rows):
        places.setdefault((row.verdict, row.because), []).append(name_row(row))
    return tuple(
        f"{verdict.value}: {'; '.join(names)}{f': {because}' if because else ''}"
        for (verdict, because), names in places.items()
    )


def write_row_finding(row: GateRow) -> str:
    """Write what a row found in one line: `5.2 % slower (16 trials): its reason`."""
    worsening = write_worsening(row)
    found = "" if worsening == NOTHING else f"{worsening} "
    reason = f": {row.because}" if row.because else ""
    return f"{found}({write_trials_in_words(row)}){reason}"
