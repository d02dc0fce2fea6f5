"""Figures of each kind, with data that has all that can be drawn of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import TypeAdapter

from bench.model.figure import Figure
from bench.model.figure_data import (
    FigureData,
    FigureRow,
    KneeMark,
    Moment,
    Point,
    RatioPoint,
    SpectrumPoint,
    VerdictPoint,
)
from bench.model.load_level import ArrivalRate, Users

_FIGURE: TypeAdapter[Figure] = TypeAdapter(Figure)
Draw = Callable[..., FigureData]


def point(variant: str, users: float | None, value: float, **changes: Any) -> Point:
    load = None if users is None else Users(users=int(users))
    values: dict[str, Any] = {
        "variant": variant,
        "stratum": {},
        "load": load,
        "quantity": "throughput",
        "unit": "1/s",
        "value": value,
        "low": value * 0.9,
        "high": value * 1.1,
        "n": 5,
        "at_least": False,
    }
    return Point(**values | changes)


def ratio(candidate: str, value: float, **changes: Any) -> RatioPoint:
    values: dict[str, Any] = {
        "experiment": "shop",
        "stratum": {"kind": "sleep"},
        "load": Users(users=8),
        "quantity": "throughput_per_s",
        "candidate": candidate,
        "baseline": "inline",
        "ratio": value,
        "low": value * 0.9,
        "high": value * 1.1,
        "n": 5,
    }
    return RatioPoint(**values | changes)


def _ladder(**changes: Any) -> list[FigureRow]:
    return [
        point(variant, users, users * speed, **changes)
        for variant, speed in (("threads", 9.0), ("loop", 10.0))
        for users in (10, 40, 400)
    ]


ROWS: dict[str, list[FigureRow]] = {
    "lines": _ladder(),
    "bars": [point("threads", 8, 30.0), point("loop", 8, 90.0, low=None, high=None, n=1)],
    "trade-off": [
        *_ladder(),
        *_ladder(quantity="p99", unit="s"),
        KneeMark(
            variant="loop", stratum={}, rate_per_s=300.0, low_per_s=280.0, high_per_s=None, n=3
        ),
    ],
    "spectrum": [
        SpectrumPoint(
            variant=variant,
            stratum={},
            load=Users(users=8),
            quantile=quantile,
            response_s=0.01 + quantile,
            requests=1000,
            n=3,
        )
        for variant in ("threads", "loop")
        for quantile in (0.0, 0.5, 0.9, 0.99, 0.999)
    ],
    "timeline": [
        Moment(
            variant=variant,
            stratum={},
            load=ArrivalRate(rate=1),
            trial=1,
            at_s=float(second),
            in_window=second > 1,
            requests=20,
            p50_s=0.001,
            max_s=0.002 * (second + 1),
        )
        for variant in ("threads", "loop")
        for second in range(5)
    ],
    "matrix": [
        ratio("thread", 7.9),
        ratio("process", 2.0),
        ratio("thread", 1.0, stratum={"kind": "python"}),
    ],
    "forest": [
        ratio("thread", 0.5),
        ratio("process", 1.02),
        ratio("other", 3.0, low=None, high=None, n=1),
    ],
    "verdicts": [
        VerdictPoint(id="C01", says="It is so.", verdict="supported", because="so"),  # type: ignore[arg-type]
        VerdictPoint(id="C02", says="x" * 300, verdict="not-measured", because=""),  # type: ignore[arg-type]
    ],
}  # fmt: skip
_FIELDS: dict[str, dict[str, Any]] = {
    "lines": {"experiment": "shop", "quantities": "throughput"},
    "bars": {"experiment": "shop", "quantity": "throughput"},
    "trade-off": {"experiment": "shop"},
    "spectrum": {"experiment": "shop"},
    "timeline": {"experiment": "shop"},
    "matrix": {"experiment": "shop", "quantity": "throughput", "columns": "kind"},
    "forest": {},
    "verdicts": {},
}


@pytest.fixture
def make_point() -> Callable[..., Point]:
    return point


@pytest.fixture
def make_ratio() -> Callable[..., RatioPoint]:
    return ratio


@pytest.fixture
def rows_of() -> dict[str, list[FigureRow]]:
    """Return the rows that figures of each kind have by default."""
    return ROWS


@pytest.fixture
def make_figure() -> Draw:
    def make(kind: str, rows: list[FigureRow] | None = None, **changes: Any) -> FigureData:
        about = {"kind": kind, "title": f"A {kind}", "alt": f"What the {kind} shows."}
        found = ROWS[kind] if rows is None else rows
        counts = [row.n for row in found if hasattr(row, "n")]
        return FigureData(
            name=kind,
            figure=_FIGURE.validate_python(about | _FIELDS[kind] | changes),
            run_ids=("20250101T000000-core",),
            rows=tuple(found),
            fewest=min(counts, default=0),
            most=max(counts, default=0),
            level=0.95,
            left_out=0,
        )

    return make
