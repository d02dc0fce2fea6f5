"""Spectra: response time over percentile, on the axes of HdrHistogram's plots."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import altair as alt

from bench.model.figure_data import FigureData, SpectrumPoint
from bench.model.grouping import group_by
from bench.reporting.charts.axes import Axis, choose_axis
from bench.reporting.charts.frame import (
    Series,
    arrange,
    data_of,
    label_ends,
    panel,
    scale_of,
    tips,
    y_of,
)
from bench.reporting.escaping import visible
from bench.reporting.labels import label_load, label_stratum
from bench.reporting.number_text import Unit, whole

_NINES: Final = {0: "0 %", 1: "90 %", 2: "99 %", 3: "99.9 %", 4: "99.99 %", 5: "99.999 %"}


def draw_spectra(data: FigureData) -> Any:
    """Draw a panel for each stratum and load level, with a line for each variant."""
    points = [row for row in data.rows if isinstance(row, SpectrumPoint)]
    series = Series(tuple(dict.fromkeys(visible(point.variant) for point in points)))
    y_axis = choose_axis(
        "response time", "s", [point.response_s for point in points], from_zero=False
    )
    deepest = max(_depth(point.quantile) for point in points)
    x_axis = Axis("percentile", Unit("", 1.0), "linear", 0.0, max(1.0, deepest))
    panels = group_by(points, _panel_title)
    return arrange(
        [_draw_panel(str(title), rows, series, x_axis, y_axis) for title, rows in panels.items()]
    )


def _draw_panel(
    title: str, points: Sequence[SpectrumPoint], series: Series, x_axis: Axis, y_axis: Axis
) -> alt.LayerChart:
    values: list[dict[str, Any]] = [
        {
            "series": visible(point.variant),
            "x": _depth(point.quantile),
            "y": y_axis.drawn(point.response_s),
            "percentile": f"p{100 * point.quantile:.6g}",
            "shown": y_axis.text(point.response_s),
            "requests": f"{whole(point.requests)} requests, n = {point.n}",
        }
        for point in points
    ]
    ticks = [place for place in _NINES if place <= x_axis.high]
    names = {str(place): label for place, label in _NINES.items()}
    x = alt.X(
        "x:Q",
        title=x_axis.title,
        scale=scale_of(x_axis),
        axis=alt.Axis(values=ticks, labelExpr=f"({_as_lookup(names)})[datum.value]"),
    )
    base = alt.Chart(data_of(values))
    y = y_of("y", y_axis)
    ends = {visible(point.variant): point.response_s for point in points}
    return panel(
        [
            base.mark_line(strokeWidth=2).encode(
                x=x, y=y, color=series.colour(), strokeDash=series.dash()
            ),
            base.mark_point(size=60, opacity=0).encode(
                x=x, y=y, tooltip=tips("series:N", "percentile:N", "shown:N", "requests:N")
            ),
            label_ends(ends, max(value["x"] for value in values), series, x_axis, y_axis).encode(
                x=x
            ),
        ],
        title,
    )


def _as_lookup(names: dict[str, str]) -> str:
    pairs = ", ".join(f"'{place}': '{label}'" for place, label in names.items())
    return f"{{{pairs}}}"


def _depth(quantile: float) -> float:
    """Return how many nines a quantile has: 0.99 has two."""
    return -math.log10(max(1 - quantile, 1e-12))


def _panel_title(point: SpectrumPoint) -> str:
    return ", ".join(filter(None, (label_stratum(point.stratum), label_load(point.load))))
