"""Drawing: from a figure's data to a chart with title, caption and words for who can't see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from bench.model.figure import (
    BarsFigure,
    ForestFigure,
    LinesFigure,
    MatrixFigure,
    SpectrumFigure,
    TimelineFigure,
    TradeOffFigure,
    VerdictsFigure,
)
from bench.model.figure_data import FigureData
from bench.model.run import RunRecord
from bench.reporting.charts.bars import draw_bars
from bench.reporting.charts.caption import write_caption
from bench.reporting.charts.frame import unfold_data
from bench.reporting.charts.lines import draw_lines
from bench.reporting.charts.look import FONT, Look, configure
from bench.reporting.charts.ratios import draw_forest, draw_matrix
from bench.reporting.charts.spectra import draw_spectra
from bench.reporting.charts.timelines import draw_timelines
from bench.reporting.charts.trade_offs import draw_trade_offs
from bench.reporting.charts.verdicts import draw_verdicts
from bench.reporting.escaping import visible


def draw_figure(
    data: FigureData, records: Sequence[RunRecord], look: Look, *, font: str = FONT
) -> dict[str, Any]:
    """Draw a figure that stands by itself: with its title, and its caption below that.

    Args:
        data: what is drawn.
        records: of the runs that it is from, for the caption.
        look: colours.
        font: of all text.

    Returns:
        A Vega-Lite specification, complete with its data and configuration.
    """
    title = alt.TitleParams(
        visible(data.figure.title),
        subtitle=list(write_caption(data, records)),
        anchor="start",
        offset=14,
    )
    spec = _finish(_draw(data), data, checked=True, title=title)
    return spec | {"config": configure(look, font=font)}


def draw_chart(data: FigureData) -> dict[str, Any]:
    """Draw a figure for a page that has its title and caption, and the configuration of a look.

    It is not held against Vega-Lite's schema, as `draw_figure` does: a report has hundreds.
    """
    return _finish(_draw(data), data, checked=False)


def _finish(chart: Any, data: FigureData, *, checked: bool, **properties: Any) -> dict[str, Any]:
    if properties and isinstance(chart, alt.LayerChart) and chart.title is not alt.Undefined:
        chart = alt.concat(chart)  # the panel keeps its own title
    described = chart.properties(description=visible(data.figure.alt), **properties)
    spec: dict[str, Any] = unfold_data(described.to_dict(validate=checked))
    spec.pop("config", None)
    return spec


def _draw(data: FigureData) -> Any:
    match data.figure:
        case LinesFigure() as figure:
            return draw_lines(data, figure)
        case BarsFigure() as figure:
            return draw_bars(data, figure)
        case SpectrumFigure():
            return draw_spectra(data)
        case TradeOffFigure() as figure:
            return draw_trade_offs(data, figure)
        case TimelineFigure():
            return draw_timelines(data)
        case MatrixFigure() as figure:
            return draw_matrix(data, figure)
        case ForestFigure():
            return draw_forest(data)
        case VerdictsFigure():
            return draw_verdicts(data)
