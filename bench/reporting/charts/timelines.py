"""Time lines: the longest response of each second, of one trial of each variant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from bench.model.figure_data import FigureData, Moment
from bench.model.grouping import group_by
from bench.reporting.charts.axes import Axis, choose_axis
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
from bench.reporting.number_text import Unit


def draw_timelines(data: FigureData) -> Any:
    """Draw a panel for each stratum and load level, with a line for each variant."""
    moments = [row for row in data.rows if isinstance(row, Moment)]
    series = Series(tuple(dict.fromkeys(visible(moment.variant) for moment in moments)))
    y_axis = choose_axis(
        "longest response of each second", "s", [moment.max_s for moment in moments]
    )
    latest = max(moment.at_s for moment in moments)
    x_axis = Axis("seconds since the step began", Unit("", 1.0), "linear", 0.0, latest + 1)
    panels = group_by(moments, _panel_title)
    return arrange(
        [_draw_panel(str(title), rows, series, x_axis, y_axis) for title, rows in panels.items()]
    )


def _draw_panel(
    title: str,
    moments: Sequence[Moment],
    series: Series,
    x_axis: Axis,
    y_axis: Axis,
) -> alt.LayerChart:
    values: list[dict[str, Any]] = [
        {
            "series": visible(moment.variant),
            "x": moment.at_s,
            "y": y_axis.drawn(moment.max_s),
            "shown": f"longest {y_axis.text(moment.max_s)}, median {y_axis.text(moment.p50_s)}",
            "requests": f"{moment.requests} requests, trial {moment.trial}",
        }
        for moment in moments
    ]
    inside = [moment.at_s for moment in moments if moment.in_window]
    window = [{"from": min(inside), "to": max(inside) + 1}] if inside else []
    base = alt.Chart(data_of(values))
    ends = {value["series"]: value | {"x": value["x"] + 1} for value in values}
    x, y = x_of("x", x_axis), y_of("y", y_axis)
    last = {visible(each.variant): each for each in sorted(moments, key=lambda each: each.at_s)}
    return panel(
        [
            alt.Chart(data_of(window))
            .mark_rect(style="reference", opacity=0.08)
            .encode(x=x_of("from", x_axis), x2=alt.X2("to:Q")),
            alt.Chart(data_of([*values, *ends.values()]))
            .mark_line(strokeWidth=1.8, interpolate="step-after")
            .encode(x=x, y=y, color=series.colour(), strokeDash=series.dash()),
            base.mark_point(size=40, opacity=0).encode(
                x=x, y=y, tooltip=tips("series:N", "x:Q", "shown:N", "requests:N")
            ),
            label_ends(
                {name: each.max_s for name, each in last.items()},
                max(value["x"] for value in values) + 1,
                series,
                x_axis,
                y_axis,
            ),
        ],
        title,
    )


def _panel_title(moment: Moment) -> str:
    return ", ".join(filter(None, (label_stratum(moment.stratum), label_load(moment.load))))
