"""Columns of text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def in_columns(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay rows out under their header: the first column to the left, all others to the right.

    >>> print(in_columns(("tool", "1/s"), [("wrk", "90,000"), ("flow", "7")]))
    tool     1/s
    wrk   90,000
    flow       7
    """
    lines = [tuple(header), *map(tuple, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
