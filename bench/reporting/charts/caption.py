"""Captions: which run a figure is of, on which machine, how it was loaded, and how often."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap
from typing import Final

from bench.model.environment import Environment
from bench.model.figure_data import FigureData, RatioPoint, VerdictPoint
from bench.model.load_level import Users
from bench.model.run import RunRecord
from bench.reporting.escaping import visible
from bench.reporting.labels import counted

_VERSIONS: Final = ("fastapi", "uvicorn", "gunicorn", "flask", "sqlalchemy", "asyncpg", "pydantic")
_WIDTH: Final = 110


def write_caption(data: FigureData, records: Sequence[RunRecord]) -> tuple[str, ...]:
    """Write the lines below a figure's title.

    Args:
        data: the figure.
        records: of the runs that it is from.
    """
    parts = [*_runs(records), _loads(data), _trials(data), *_left_out(data)]
    text = " · ".join(visible(part) for part in parts if part)
    return tuple(wrap(text, _WIDTH, break_long_words=False))


def _runs(records: Sequence[RunRecord]) -> Iterator[str]:
    yield f"run {', '.join(record.run_id for record in records)}"
    machines = {record.environment.fingerprint: record.environment for record in records}
    for machine in machines.values():
        yield from _machine(machine)
    yield f"pairbench {', '.join(dict.fromkeys(record.pairbench for record in records))}"


def _machine(machine: Environment) -> Iterator[str]:
    yield f"{machine.cpu_model}, {counted(machine.cores, 'core')}, {machine.python}"
    known = {name.lower(): version for name, version in machine.packages.items()}
    shown = [f"{name} {known[name]}" for name in _VERSIONS if name in known]
    if shown:
        yield ", ".join(shown)


def _loads(data: FigureData) -> str:
    loads = [load for row in data.rows if (load := getattr(row, "load", None)) is not None]
    models = {"closed model" if isinstance(load, Users) else "open model" for load in loads}
    return " and ".join(sorted(models))


def _trials(data: FigureData) -> str:
    if not data.most:
        return ""
    what = "pairs of trials" if _of_pairs(data.rows) else "trials"
    n = f"n\u00a0=\u00a0{data.fewest}"
    if data.most > data.fewest:
        n += f" to {data.most}"
    if not _has_intervals(data.rows):
        return f"{n} {what}, no intervals" if data.most > 1 else f"{n}, so no intervals"
    return f"{n} {what}, {data.level:.0%} intervals"


def _of_pairs(rows: Iterable[object]) -> bool:
    return any(isinstance(row, RatioPoint) for row in rows)


def _has_intervals(rows: Iterable[object]) -> bool:
    return any(
        getattr(row, name, None) is not None
        for row in rows
        for name in ("low", "high", "low_per_s", "high_per_s")
    )


def _left_out(data: FigureData) -> Iterator[str]:
    if data.left_out:
        what = counted(data.left_out, "place is", "places are")
        yield f"{what} left out, for want of valid trials"
    if any(isinstance(row, VerdictPoint) for row in data.rows):
        yield counted(len(data.rows), "claim")
