"""Lines: a quantity over load or over a condition, with intervals and labels at the ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import altair as alt

from bench.model.experiment import StratumValue
from bench.model.figure import OVER_LOAD, LinesFigure, Reference
from bench.model.figure_data import FigureData, Point
from bench.model.grouping import group_by
from bench.model.load_level import Users
from bench.reporting.charts.axes import Axis, call_quantity, choose_axis
from bench.reporting.charts.frame import (
    Series,
    arrange,
    data_of,
    label_ends,
    panel,
    tips,
    x_of,
    y_of,
)
from bench.reporting.escaping import visible
from bench.reporting.labels import label_load, label_stratum


def draw_lines(data: FigureData, figure: LinesFigure) -> Any:
    """Draw a panel for each stratum, with a line for each variant and quantity."""
    points = [row for row in data.rows if isinstance(row, Point)]
    series = Series(tuple(dict.fromkeys(_name(point, figure) for point in points)))
    references = _references(figure, points)
    y_axis = choose_axis(
        _y_title(figure),
        points[0].unit,
        [*_numbers(points), *(value for each in references for _, value in each[1])],
    )
    panels = group_by(points, lambda point: _panel_title(point, figure))
    return arrange(
        [
            _draw_panel(str(title), rows, figure, series, y_axis, references)
            for title, rows in panels.items()
        ]
    )


_References = Sequence[tuple[str, Sequence[tuple[float, float]]]]


def _draw_panel(
    title: str,
    points: Sequence[Point],
    figure: LinesFigure,
    series: Series,
    y_axis: Axis,
    references: _References,
) -> alt.LayerChart:
    sizes = sorted({_x(point, figure) for point in points})
    x_axis = choose_axis(_x_title(points, figure), "", sizes, from_zero=False)
    if sizes[-1] > sizes[0]:
        x_axis = replace(x_axis, high=sizes[-1])  # beyond it stand the names of the lines
    values = [_value(point, figure, y_axis) for point in points]
    x, y = x_of("x", x_axis, sizes), y_of("y", y_axis)
    base = alt.Chart(data_of(values))
    spans = alt.Chart(data_of([value for value in values if value["low"] is not None]))
    layers: list[Any] = [
        *_draw_references(references, x_axis, y_axis),
        spans.mark_rule(strokeWidth=1.5, opacity=0.8).encode(
            x=x, y=y_of("low", y_axis), y2=alt.Y2("high:Q"), color=series.colour()
        ),
        base.mark_line(strokeWidth=2).encode(
            x=x, y=y, color=series.colour(), strokeDash=series.dash()
        ),
        base.mark_point(filled=True, size=45, opacity=1).encode(
            x=x,
            y=y,
            color=series.colour(),
            shape=series.shape(),
            tooltip=tips("series:N", "where:N", "shown:N", "trials:N"),
        ),
        label_ends(_ends(points, figure), max(sizes), series, x_axis, y_axis),
    ]
    return panel(layers, title)


def _value(point: Point, figure: LinesFigure, y_axis: Axis) -> dict[str, Any]:
    both = point.low is not None and point.high is not None
    mark = "at least " if point.at_least else ""
    interval = ""
    if point.low is not None and point.high is not None:
        interval = f" ({y_axis.text(point.low)} to {y_axis.text(point.high)})"
    return {
        "series": _name(point, figure),
        "x": _x(point, figure),
        "y": y_axis.drawn(point.value),
        "low": _clamped(point.low, y_axis) if both else None,
        "high": _clamped(point.high, y_axis) if both else None,
        "where": label_load(point.load),
        "shown": f"{mark}{y_axis.text(point.value)}{interval}",
        "trials": f"n = {point.n}",
    }


def _clamped(value: float | None, axis: Axis) -> float:
    assert value is not None
    return min(max(axis.drawn(value), axis.low), axis.high)


def _ends(points: Sequence[Point], figure: LinesFigure) -> dict[str, float]:
    """Return where each line ends: at its own last level, which may come before the others'."""
    last: dict[str, Point] = {}
    for point in points:
        name = _name(point, figure)
        if name not in last or _x(point, figure) >= _x(last[name], figure):
            last[name] = point
    return {name: point.value for name, point in last.items()}


def _name(point: Point, figure: LinesFigure) -> str:
    if len(figure.quantities) == 1:
        return visible(point.variant)
    return visible(f"{point.variant} {point.quantity}")


def _x(point: Point, figure: LinesFigure) -> float:
    if figure.over != OVER_LOAD:
        value = point.stratum[figure.over]
        return float(value) if isinstance(value, int | float) else 0.0
    assert point.load is not None
    return float(point.load.users if isinstance(point.load, Users) else point.load.rate)


def _x_title(points: Sequence[Point], figure: LinesFigure) -> str:
    if figure.over != OVER_LOAD:
        return figure.over.replace("_", " ")
    return "users" if isinstance(points[0].load, Users) else "requests per second"


def _y_title(figure: LinesFigure) -> str:
    """Name the quantities; what their names begin with alike is said once."""
    names = [call_quantity(str(term)) for term in figure.quantities]
    first, comma, _ = names[0].partition(", ")
    if comma and all(name.startswith(f"{first}, ") for name in names):
        names = [names[0], *(name.removeprefix(f"{first}, ") for name in names[1:])]
    return " and ".join(names)


def _panel_title(point: Point, figure: LinesFigure) -> str:
    if figure.over == OVER_LOAD:
        return label_stratum(point.stratum)
    rest: Mapping[str, StratumValue] = {
        name: value for name, value in point.stratum.items() if name != figure.over
    }
    return ", ".join(filter(None, (label_stratum(rest), label_load(point.load))))


def _numbers(points: Sequence[Point]) -> Iterator[float]:
    """Yield what the axis has to show: the ends of intervals only as far as they are of use."""
    for point in points:
        yield point.value
        if point.low is not None and point.low > point.value / 3:
            yield point.low
        if point.high is not None and point.high < point.value * 3:
            yield point.high


def _references(figure: LinesFigure, points: Sequence[Point]) -> _References:
    """Return each reference as the ends of a line: level, and value in SI units."""
    dimension = figure.quantities[0].dimension
    sizes = sorted({_x(point, figure) for point in points})
    return [
        (visible(each.label), [(size, _at(each, size, each.value(dimension))) for size in sizes])
        for each in figure.references
    ]


def _at(reference: Reference, size: float, value: float) -> float:
    return value * size if reference.for_each_user else value


def _draw_references(references: _References, x_axis: Axis, y_axis: Axis) -> Iterator[Any]:
    for label, ends in references:
        values = [{"x": size, "y": y_axis.drawn(value)} for size, value in ends]
        x, y = x_of("x", x_axis), y_of("y", y_axis)
        yield (
            alt.Chart(data_of(values))
            .mark_line(style="reference", strokeDash=[3, 3], strokeWidth=1.5)
            .encode(x=x, y=y)
        )
        yield (
            alt.Chart(data_of([values[-1] | {"label": label}]))
            .mark_text(style="reference", align="right", dy=-8, fontSize=11)
            .encode(x=x, y=y, text=alt.Text("label:N"))
        )
