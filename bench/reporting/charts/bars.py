"""Bars: a quantity of each variant, with its interval and its number beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import altair as alt

from bench.model.figure import BarsFigure
from bench.model.figure_data import FigureData, Point
from bench.model.grouping import group_by
from bench.reporting.charts.axes import Axis, call_quantity, choose_axis
from bench.reporting.charts.frame import Series, arrange, data_of, panel, tips, x_of
from bench.reporting.escaping import visible
from bench.reporting.labels import label_load, label_stratum

_STEP: Final = 26
"""Height of a bar with the gap to the next, in pixels."""
_ROOM: Final = 1.25
"""What the numbers beside the bars need of the axis."""


def draw_bars(data: FigureData, figure: BarsFigure) -> Any:
    """Draw a panel for each stratum and load level, with a bar for each variant."""
    points = [row for row in data.rows if isinstance(row, Point)]
    series = Series(tuple(dict.fromkeys(visible(point.variant) for point in points)))
    references = [
        (visible(each.label), each.value(figure.quantity.dimension)) for each in figure.references
    ]
    axis = choose_axis(
        call_quantity(str(figure.quantity)),
        points[0].unit,
        [0.0, *(end * _ROOM for end in _ends(points)), *(at for _, at in references)],
        only_linear=True,
    )
    panels = group_by(points, _panel_title)
    return arrange(
        [_draw_panel(str(title), rows, series, axis, references) for title, rows in panels.items()]
    )


def _draw_panel(
    title: str,
    points: Sequence[Point],
    series: Series,
    axis: Axis,
    references: Sequence[tuple[str, float]],
) -> alt.LayerChart:
    values = [_value(point, axis) for point in points]
    y = alt.Y("series:N", sort=[value["series"] for value in values], title=None).axis(
        ticks=False, domain=False, labelLimit=220, style="names"
    )
    x = x_of("x", axis)
    base = alt.Chart(data_of(values))
    spans = alt.Chart(data_of([value for value in values if value["low"] is not None]))
    return panel(
        [
            base.mark_bar(height=_STEP - 10, opacity=0.85).encode(
                x=x, y=y, color=series.colour(), tooltip=tips("series:N", "shown:N", "trials:N")
            ),
            spans.mark_rule(style="span", strokeWidth=1.5).encode(
                x=x_of("low", axis), x2=alt.X2("high:Q"), y=y
            ),
            base.mark_text(align="left", dx=6).encode(
                x=x_of("end", axis), y=y, text=alt.Text("shown:N")
            ),
            *_draw_references(references, axis),
        ],
        title,
        height=alt.Step(_STEP),
    )


def _value(point: Point, axis: Axis) -> dict[str, Any]:
    both = point.low is not None and point.high is not None
    high = axis.drawn(point.high) if point.high is not None else axis.drawn(point.value)
    mark = "≥ " if point.at_least else ""
    return {
        "series": visible(point.variant),
        "x": axis.drawn(point.value),
        "low": max(axis.drawn(point.low), axis.low) if both and point.low is not None else None,
        "high": min(high, axis.high) if both else None,
        "end": min(max(high, axis.drawn(point.value)), axis.high / _ROOM),
        "shown": f"{mark}{axis.text(point.value)}",
        "trials": f"n = {point.n}",
    }


def _ends(points: Sequence[Point]) -> Iterator[float]:
    for point in points:
        yield point.value
        if point.high is not None and point.high < point.value * 2:
            yield point.high


def _panel_title(point: Point) -> str:
    load = "" if point.load is None else label_load(point.load)
    return ", ".join(filter(None, (label_stratum(point.stratum), load)))


def _draw_references(references: Sequence[tuple[str, float]], axis: Axis) -> Iterator[Any]:
    for label, at in references:
        base = alt.Chart(data_of([{"x": axis.drawn(at), "label": label}]))
        x = x_of("x", axis)
        yield base.mark_rule(style="reference", strokeDash=[3, 3]).encode(x=x)
        yield base.mark_text(style="reference", align="right", dx=-4, baseline="bottom").encode(
            x=x, y=alt.value(-2), text=alt.Text("label:N")
        )
