"""Trade-offs: throughput against a response time, level by level, and the knee."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from bench.model.figure import TradeOffFigure
from bench.model.figure_data import FigureData, KneeMark, Point
from bench.model.grouping import group_by
from bench.model.load_level import LoadLevel, Users
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
from bench.reporting.labels import key_of_stratum, label_load, label_stratum


@dataclass(frozen=True, slots=True)
class _Level:
    """A load level of a variant: what it achieved, and at what response time."""

    throughput: Point
    time: Point

    @property
    def load(self) -> LoadLevel:
        assert self.time.load is not None
        return self.time.load

    @property
    def size(self) -> float:
        return self.load.users if isinstance(self.load, Users) else self.load.rate


def draw_trade_offs(data: FigureData, figure: TradeOffFigure) -> Any:
    """Draw a panel for each stratum, with a line for each variant."""
    levels = list(_join([row for row in data.rows if isinstance(row, Point)]))
    knees = [row for row in data.rows if isinstance(row, KneeMark)]
    series = Series(tuple(dict.fromkeys(visible(each.time.variant) for each in levels)))
    x_axis = choose_axis(
        "throughput", "1/s", [each.throughput.value for each in levels], from_zero=True
    )
    y_axis = choose_axis(
        call_quantity(str(figure.quantity)), "s", [each.time.value for each in levels]
    )
    panels = group_by(levels, lambda each: key_of_stratum(each.time.stratum))
    return arrange(
        [
            _draw_panel(
                rows,
                [knee for knee in knees if key_of_stratum(knee.stratum) == key],
                series,
                x_axis,
                y_axis,
            )
            for key, rows in panels.items()
        ]
    )


def _join(points: Sequence[Point]) -> Iterator[_Level]:
    """Put the two quantities of each place together; one alone can't be drawn."""
    of_place = group_by(
        points, lambda point: (point.variant, key_of_stratum(point.stratum), point.load)
    )
    for both in of_place.values():
        found = {point.quantity == "throughput": point for point in both}
        if len(found) == 2:
            yield _Level(found[True], found[False])


def _draw_panel(
    levels: Sequence[_Level],
    knees: Sequence[KneeMark],
    series: Series,
    x_axis: Axis,
    y_axis: Axis,
) -> alt.LayerChart:
    values: list[dict[str, Any]] = [
        {
            "series": visible(each.time.variant),
            "x": x_axis.drawn(each.throughput.value),
            "y": y_axis.drawn(each.time.value),
            "order": each.size,
            "where": label_load(each.load),
            "shown": f"{x_axis.text(each.throughput.value)}, {y_axis.text(each.time.value)}",
            "trials": f"n = {each.time.n}",
        }
        for each in levels
    ]
    base = alt.Chart(data_of(values))
    x, y = x_of("x", x_axis), y_of("y", y_axis)
    last = {
        name: max(rows, key=lambda each: each.size)
        for name, rows in group_by(levels, lambda each: visible(each.time.variant)).items()
    }
    return panel(
        [
            base.mark_line(strokeWidth=2).encode(
                x=x,
                y=y,
                order="order:Q",
                color=series.colour(),
                strokeDash=series.dash(),
            ),
            base.mark_point(filled=True, size=45, opacity=1).encode(
                x=x,
                y=y,
                color=series.colour(),
                shape=series.shape(),
                tooltip=tips("series:N", "where:N", "shown:N", "trials:N"),
            ),
            *_draw_knees(knees, series, x_axis),
            label_ends(
                {str(name): each.time.value for name, each in last.items()},
                {str(name): x_axis.drawn(each.throughput.value) for name, each in last.items()},
                series,
                x_axis,
                y_axis,
            ),
        ],
        label_stratum(levels[0].time.stratum),
    )


def _draw_knees(knees: Sequence[KneeMark], series: Series, x_axis: Axis) -> Iterator[Any]:
    if not knees:
        return
    values: list[dict[str, Any]] = [
        {
            "series": visible(knee.variant),
            "x": x_axis.drawn(knee.rate_per_s),
            "low": x_axis.drawn(knee.low_per_s or knee.rate_per_s),
            "high": x_axis.drawn(knee.high_per_s or knee.rate_per_s),
            "label": f"knee {x_axis.text(knee.rate_per_s)}",
            "trials": f"n = {knee.n}",
        }
        for knee in knees
    ]
    base = alt.Chart(data_of(values))
    yield base.mark_rule(strokeDash=[5, 3], strokeWidth=1.5).encode(
        x=x_of("x", x_axis), color=series.colour(), tooltip=tips("series:N", "label:N", "trials:N")
    )
    yield base.mark_rect(opacity=0.12).encode(
        x=x_of("low", x_axis), x2=alt.X2("high:Q"), color=series.colour()
    )
