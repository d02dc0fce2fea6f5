"""Frames: what all charts have in common: panels, series, axes, labels at the ends of lines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import altair as alt

from bench.reporting.charts.axes import Axis, spread_labels
from bench.reporting.charts.look import DASHES, SHAPES
from bench.reporting.escaping import visible

WIDTH: Final = 340
"""Of a panel's plot, in pixels."""
HEIGHT: Final = 220
LABEL_GAP: Final = 13
_COLUMNS: Final = 2
_PLAIN: Final = ",~r"
"""How d3 writes a tick: in decimals, never as 2e+2, with as many digits as neighbours need."""
_SHORT: Final = "~s"
"""With k and M, where numbers are long; but 0.1 would be 100m."""
_LONG_FROM: Final = 10_000

Values = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Series:
    """The lines of a chart, and how they are told apart: by colour, stroke and mark."""

    names: tuple[str, ...]

    def colour(self, field: str = "series") -> alt.Color:
        """Return the channel of colour, whose range is the look's."""
        return alt.Color(f"{field}:N", scale=alt.Scale(domain=list(self.names)), legend=None)

    def dash(self, field: str = "series") -> alt.StrokeDash:
        """Return the channel of strokes."""
        return alt.StrokeDash(f"{field}:N", scale=self._scale(DASHES), legend=None)

    def shape(self, field: str = "series") -> alt.Shape:
        """Return the channel of marks."""
        return alt.Shape(f"{field}:N", scale=self._scale(SHAPES), legend=None)

    def _scale(self, given: Sequence[Any]) -> alt.Scale:
        chosen = [given[number % len(given)] for number in range(len(self.names))]
        return alt.Scale(domain=list(self.names), range=chosen)


def data_of(values: Values) -> alt.Data:
    """Return rows as a chart's own data: as text, since Altair copies what it holds at every step.

    `unfold_data` makes rows of them again.
    """
    return alt.Data(values=json.dumps(list(values)))


def unfold_data(spec: Any) -> Any:
    """Return a specification whose data are rows."""
    match spec:
        case {"values": str(folded), **others}:
            return others | {"values": json.loads(folded)}
        case dict():
            return {key: unfold_data(value) for key, value in spec.items()}
        case list():
            return [unfold_data(value) for value in spec]
        case _:
            return spec


def scale_of(axis: Axis) -> alt.Scale:
    """Return the scale of an axis, whose ends are kept."""
    return alt.Scale(type=axis.scale, domain=[axis.low, axis.high], nice=False)


def tips(*fields: str) -> list[alt.Tooltip]:
    """Return the channel of what a mark tells when it is pointed at.

    Channels are given as objects throughout: Altair takes milliseconds to find the class of each
    that is given as text.
    """
    return [alt.Tooltip(field) for field in fields]


def x_of(field: str, axis: Axis, ticks: Sequence[float] = ()) -> alt.X:
    """Return the horizontal channel of a number."""
    return alt.X(f"{field}:Q", title=axis.title, scale=scale_of(axis), axis=_axis(axis, ticks))


def y_of(field: str, axis: Axis) -> alt.Y:
    """Return the vertical channel of a number."""
    return alt.Y(f"{field}:Q", title=axis.title, scale=scale_of(axis), axis=_axis(axis, ()))


def _axis(axis: Axis, ticks: Sequence[float]) -> alt.Axis:
    written = _PLAIN if axis.high < _LONG_FROM or 0 < axis.low < 0.5 else _SHORT
    if ticks:
        return alt.Axis(format=written, values=list(ticks), labelOverlap="greedy", grid=False)
    return alt.Axis(format=written, tickCount=5, labelOverlap="greedy")


def label_ends(
    ends: Mapping[str, float],
    x: float | Mapping[str, float],
    series: Series,
    x_axis: Axis,
    y_axis: Axis,
) -> alt.Chart:
    """Write the names of lines beside their ends, moved apart where they would overlap.

    None stands on the horizontal axis: what ends there has its name above it.

    Args:
        ends: where each line ends, in SI units.
        x: where the labels stand, or the label of each line, in the unit of the axis.
        series: the lines.
        x_axis: the horizontal axis.
        y_axis: the vertical axis.
    """
    names = list(ends)
    foot = LABEL_GAP / 2
    wanted = [y_axis.place(ends[name], HEIGHT) - foot for name in names]
    places = spread_labels(wanted, LABEL_GAP, HEIGHT - foot)
    values = [
        {
            "series": name,
            "x": x[name] if isinstance(x, Mapping) else x,
            "y": y_axis.value_at(place + foot, HEIGHT),
        }
        for name, place in zip(names, places, strict=True)
    ]
    chart: alt.Chart = (
        alt.Chart(data_of(values))
        .mark_text(align="left", dx=8, fontSize=11, clip=False)
        .encode(
            x=x_of("x", x_axis),
            y=y_of("y", y_axis),
            text=alt.Text("series:N"),
            color=series.colour(),
        )
    )
    return chart


def arrange(panels: Sequence[alt.LayerChart]) -> Any:
    """Put panels beside and below each other."""
    if len(panels) == 1:
        return panels[0]
    return alt.concat(*panels, columns=_COLUMNS, spacing=30)


def panel(
    layers: Sequence[Any], title: str, *, height: Any = HEIGHT, framed: bool = True
) -> alt.LayerChart:
    """Lay marks over each other in one plot."""
    chart: Any = alt.layer(*layers).properties(width=WIDTH, height=height)
    if not framed:
        chart = chart.properties(view=alt.ViewBackground(stroke=None))
    if title:
        heading = alt.TitleParams(visible(title), fontSize=12, fontWeight="normal", anchor="start")
        chart = chart.properties(title=heading)
    found: alt.LayerChart = chart
    return found
