"""Measure contenders in alternating rounds, and say what came of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from statistics import median

from bench.units import format_bytes, format_duration
from benchmarks.columns import in_columns
from benchmarks.contenders import Contender
from benchmarks.ground import Ground
from benchmarks.keeping import Kept
from benchmarks.measuring import Measured, measure
from benchmarks.options import Options
from benchmarks.ratios import Spread, ratios_by_round, spread_of
from benchmarks.rotation import rotate
from benchmarks.servers import Server

Figure = Callable[[Measured], float | None]


async def measure_round(
    number: int,
    contenders: Sequence[Contender],
    serve: Callable[[], AbstractAsyncContextManager[Server]],
    ground: Ground,
    options: Options,
    kept: Kept,
) -> list[Measured]:
    """Measure each contender once against a server of its own, in the order of this round.

    A fresh server has no connections of the contender before to clean up.

    Raises:
        MeasurementError: one of them could not be measured.
    """
    measured: list[Measured] = []
    for place, contender in enumerate(rotate(contenders, number)):
        async with serve() as server:
            one = await measure(contender, server, ground, options, round_=number, place=place)
            kept.add(server_command=server.command)
        measured.append(one)
        print(_line(one), flush=True)
    kept.add_round([one.model_dump() for one in measured])
    return measured


def ratio(measured: Sequence[Measured], figure: Figure, above: str, below: str) -> Spread | None:
    """Return the ratio of two contenders in a figure: by round, then the spread of the rounds."""
    by_round: dict[int, dict[str, float]] = {}
    for one in measured:
        value = figure(one)
        if value is not None:
            by_round.setdefault(one.round, {})[one.contender] = value
    return spread_of(ratios_by_round(list(by_round.values()), above, below))


def medians_table(measured: Sequence[Measured]) -> str:
    """Lay out what each contender did, as medians over the rounds."""
    names = list(dict.fromkeys(one.contender for one in measured))
    header = (
        *("", "served, 1/s", "lowest", "highest", "by its own count, 1/s", "its p50", "its p99"),
        *("errors", "its CPU", "server's CPU", "peak RSS"),
    )
    return in_columns(
        header, [_row(name, [one for one in measured if one.contender == name]) for name in names]
    )


def _row(name: str, measured: Sequence[Measured]) -> tuple[str, ...]:
    served = spread_of(one.served_per_s for one in measured)
    assert served is not None
    rss_bytes = [one.generator_peak_rss_bytes or 0 for one in measured]
    return (
        name,
        *(f"{value:,.0f}" for value in (served.median, served.low, served.high)),
        f"{median(one.own.per_s for one in measured):,.0f}",
        _median_duration(one.own.p50_s for one in measured),
        _median_duration(one.own.p99_s for one in measured),
        f"{sum(one.own.errors for one in measured):,}",
        f"{median(one.generator_cpu_ratio for one in measured):.0%}",
        f"{median(one.server_cpu_ratio for one in measured):.0%}",
        format_bytes(max(rss_bytes)) if any(rss_bytes) else "",
    )


def _median_duration(values: Iterable[float | None]) -> str:
    known = [value for value in values if value is not None]
    return format_duration(median(known)) if known else ""


def _line(one: Measured) -> str:
    return (
        f"  round {one.round + 1}  {one.contender:<13}{one.served_per_s:>10,.0f} a second served, "
        f"{one.own.per_s:,.0f} by its own count, {one.own.errors} errors"
    )
