"""CSV: the raw rows, one line each, for spreadsheets and data frames.

Numbers keep all their digits and SI units; what doesn't exist is an empty cell. Texts are escaped
as `bench.reporting.escaping` says: a text that a spreadsheet would run starts with an apostrophe,
so exact texts are to be taken from JSON.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from math import isfinite

from bench.model.comparison import Comparison
from bench.model.knee import KneeEstimate
from bench.model.record import Record
from bench.model.summary import StepRow
from bench.model.threshold import ThresholdVerdict
from bench.reporting.escaping import escape_csv_text

_ALWAYS_OPEN = ("load.users", "load.rate")


def write_steps_csv(steps: Sequence[StepRow]) -> str:
    """Write step rows, one line per trial, step and request name.

    Objects become columns: `stratum.NAME`, `load.users`, `load.rate`, `errors.OUTCOME`,
    `observations.NAME.median` and the like, for each name that occurs in any row. A list of
    objects, as `failures` is, stands in one cell as JSON.
    """
    return write_records_csv(StepRow, steps, opened=("stratum", "load", "errors", "observations"))


def write_comparisons_csv(comparisons: Sequence[Comparison]) -> str:
    """Write comparisons, one line per quantity; `trials` are numbers with spaces between."""
    return write_records_csv(Comparison, comparisons, opened=("stratum", "load"))


def write_knees_csv(knees: Sequence[KneeEstimate]) -> str:
    """Write knees, one line per variant and stratum; `conditions` are joined by semicolons."""
    return write_records_csv(KneeEstimate, knees, opened=("stratum",))


def write_thresholds_csv(thresholds: Sequence[ThresholdVerdict]) -> str:
    """Write thresholds, one line per place that they hold for."""
    return write_records_csv(ThresholdVerdict, thresholds, opened=("stratum", "load"))


def write_records_csv(
    kind: type[Record], records: Sequence[Record], *, opened: Sequence[str]
) -> str:
    """Write records of one kind, one line each.

    Args:
        kind: whose fields are the columns.
        records: the lines.
        opened: fields that are objects, whose entries become columns.
    """
    lines = [_flat(_dump(record)) for record in records]
    columns = _columns(kind, lines, opened)
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(escape_csv_text(column) for column in columns)
    for line in lines:
        writer.writerow(_cell(line.get(column)) for column in columns)
    return out.getvalue()


def _dump(record: Record) -> dict[str, object]:
    values = record.model_dump()
    if isinstance(record, KneeEstimate):
        values["conditions"] = "; ".join(map(str, record.conditions))
    return values


def _columns(
    kind: type[Record], lines: Iterable[Mapping[str, object]], opened: Sequence[str]
) -> list[str]:
    """List the columns in the order of the record's fields; those of an object by their names."""
    found = {column for line in lines for column in line}
    columns: list[str] = []
    for field in kind.model_fields:
        if field == "load":
            columns += _ALWAYS_OPEN
        elif field in opened:
            columns += sorted(column for column in found if column.startswith(f"{field}."))
        else:
            columns.append(field)
    return columns


def _flat(values: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float() if not isfinite(value):
            return ""
        case int() | float():
            return repr(value)
        case (dict(), *_):
            return escape_csv_text(json.dumps(value))
        case tuple():
            return escape_csv_text(" ".join(map(str, value)))
        case _:
            return escape_csv_text(str(value))
