"""Ratios: as a matrix of variants and conditions, and as a forest of intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import altair as alt

from bench.model.figure import MatrixFigure
from bench.model.figure_data import FigureData, RatioPoint
from bench.model.grouping import group_by
from bench.reporting.charts.axes import Axis
from bench.reporting.charts.frame import WIDTH, arrange, data_of, panel, tips, x_of
from bench.reporting.escaping import visible
from bench.reporting.labels import label_load, label_stratum
from bench.reporting.number_text import Unit, three_digits
from bench.reporting.ratio_table import title_of_quantity

_CELL: Final = 46
_STEP: Final = 18
_FURTHEST: Final = 3.0
"""Doublings at which the colours of a matrix end."""


def draw_matrix(data: FigureData, figure: MatrixFigure) -> Any:
    """Draw a cell for each candidate and value of the condition, with its ratio."""
    points = [row for row in data.rows if isinstance(row, RatioPoint)]
    return arrange(
        [
            _draw_cells(str(title), rows, figure)
            for title, rows in group_by(points, lambda row: _rest(row, figure.columns)).items()
        ]
    )


def _draw_cells(title: str, points: Sequence[RatioPoint], figure: MatrixFigure) -> alt.LayerChart:
    values: list[dict[str, Any]] = [
        {
            "row": visible(point.candidate),
            "column": visible(str(point.stratum[figure.columns])),
            "doublings": max(-_FURTHEST, min(_FURTHEST, math.log2(point.ratio))),
            "ratio": f"{three_digits(point.ratio)} x",
            "interval": _interval(point),
        }
        for point in points
    ]
    columns = list(dict.fromkeys(value["column"] for value in values))
    rows = list(dict.fromkeys(value["row"] for value in values))
    x = alt.X("column:N", sort=columns, title=figure.columns.replace("_", " ")).axis(
        labelAngle=0, orient="top", ticks=False, domain=False
    )
    y = alt.Y("row:N", sort=rows, title=None).axis(ticks=False, domain=False, labelLimit=220)
    base = alt.Chart(data_of(values))
    colour = alt.Color("doublings:Q", legend=None).scale(
        domain=[-_FURTHEST, 0, _FURTHEST], range="diverging"
    )
    return panel(
        [
            base.mark_rect(style="cell").encode(
                x=x, y=y, color=colour, tooltip=tips("row:N", "column:N", "ratio:N", "interval:N")
            ),
            base.mark_text(dy=-6, fontSize=13).encode(x=x, y=y, text=alt.Text("ratio:N")),
            base.mark_text(dy=9, fontSize=10).encode(x=x, y=y, text=alt.Text("interval:N")),
        ],
        title or f"ratio to {visible(points[0].baseline)}",
        height=alt.Step(_CELL),
    )


def draw_forest(data: FigureData) -> Any:
    """Draw a line for each ratio with its interval, and where both are equal."""
    points = [row for row in data.rows if isinstance(row, RatioPoint)]
    axis = _ratio_axis(points)
    several = len({point.quantity for point in points}) > 1
    values = [_line(point, axis, several) for point in points]
    y = alt.Y("label:N", sort=[value["label"] for value in values], title=None).axis(
        ticks=False, domain=False, labelLimit=600, style="names"
    )
    base = alt.Chart(data_of(values))
    equal = alt.Chart(data_of([{"x": 1.0}]))
    ticks = _ticks(axis)
    layers: list[Any] = [
        equal.mark_rule(style="reference", strokeDash=[3, 3]).encode(x=x_of("x", axis, ticks))
    ]
    for side in ("below", "either", "above"):
        chosen = [value for value in values if value["side"] == side]
        spans = [value for value in chosen if value["low"] is not None]
        layers += [
            alt.Chart(data_of(spans))
            .mark_rule(style=side, strokeWidth=2)
            .encode(x=x_of("low", axis, ticks), x2=alt.X2("high:Q"), y=y),
            alt.Chart(data_of(chosen))
            .mark_point(style=side, filled=True, size=42, opacity=1)
            .encode(x=x_of("x", axis, ticks), y=y, tooltip=tips("label:N", "shown:N", "trials:N")),
        ]
    told = base.mark_text(align="left", fontSize=10).encode(
        x=alt.value(WIDTH + 8), y=y, text=alt.Text("shown:N")
    )
    return panel([*layers, told], "", height=alt.Step(_STEP))


def _line(point: RatioPoint, axis: Axis, several: bool) -> dict[str, Any]:
    both = point.low is not None and point.high is not None
    parts = (
        point.experiment,
        label_stratum(point.stratum),
        label_load(point.load),
        title_of_quantity(point.quantity) if several else "",
        f"{point.candidate} / {point.baseline}",
    )
    return {
        "label": visible(" · ".join(filter(None, parts))),
        "x": _clamp(point.ratio, axis),
        "low": _clamp(point.low, axis) if both and point.low is not None else None,
        "high": _clamp(point.high, axis) if both and point.high is not None else None,
        "side": _side(point),
        "shown": f"{three_digits(point.ratio)} {_interval(point)}".strip(),
        "trials": f"n = {point.n}",
    }


def _side(point: RatioPoint) -> str:
    if point.low is None or point.high is None or point.low <= 1 <= point.high:
        return "either"
    return "above" if point.low > 1 else "below"


def _ratio_axis(points: Sequence[RatioPoint]) -> Axis:
    """Choose a logarithmic axis that is as long on either side of 1."""
    quantities = {point.quantity for point in points}
    of = f" of {title_of_quantity(*quantities)}" if len(quantities) == 1 else ""
    furthest = max(abs(math.log(point.ratio)) for point in points)
    end = math.exp(max(furthest * 1.15, math.log(1.1)))
    return Axis(f"ratio{of}, candidate / baseline", Unit("", 1.0), "log", 1 / end, end)


def _ticks(axis: Axis) -> list[float]:
    steps = (1.02, 1.05, 1.1, 1.25, 1.5, 2, 3, 5, 10, 20, 50, 100, 1000, 10_000)
    above = [step for step in steps if step <= axis.high]
    kept = above[-3:]
    return sorted({1.0, *kept, *(1 / step for step in kept)})


def _clamp(ratio: float, axis: Axis) -> float:
    return min(max(ratio, axis.low), axis.high)


def _interval(point: RatioPoint) -> str:
    if point.low is None or point.high is None:
        return f"n = {point.n}"
    return f"[{three_digits(point.low)}, {three_digits(point.high)}]"


def _rest(point: RatioPoint, columns: str) -> str:
    rest = {name: value for name, value in point.stratum.items() if name != columns}
    load = "" if point.load is None else label_load(point.load)
    return ", ".join(filter(None, (label_stratum(rest), load)))
