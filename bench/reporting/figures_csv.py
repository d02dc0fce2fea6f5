"""CSV: the data of one figure, a line for each thing that is drawn."""

from __future__ import annotations

from bench.model.figure_data import FigureData
from bench.reporting.csv_tables import write_records_csv


def write_figure_csv(data: FigureData) -> str:
    """Write the rows of a figure, in SI units; rows of another kind follow as a table of theirs.

    The conditions become columns, `stratum.NAME`, and so does the load level.
    """
    tables = []
    for kind in dict.fromkeys(type(row) for row in data.rows):
        rows = [row for row in data.rows if isinstance(row, kind)]
        tables.append(write_records_csv(kind, rows, opened=("stratum", "load")))
    return "\n".join(tables)
