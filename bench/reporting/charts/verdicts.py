"""Verdicts at a glance: a line for each claim, with the word of its verdict in colour."""

from __future__ import annotations

from textwrap import shorten
from typing import Any, Final

import altair as alt

from bench.model.figure_data import FigureData, VerdictPoint
from bench.reporting.charts.frame import data_of, panel, tips
from bench.reporting.charts.look import VERDICTS
from bench.reporting.escaping import visible

_STEP: Final = 20
_TILE: Final = 92
_LONGEST: Final = 110
"""Characters of a claim that are shown."""


def draw_verdicts(data: FigureData) -> Any:
    """Draw a tile and the claim beside it, in the suite's order."""
    points = [row for row in data.rows if isinstance(row, VerdictPoint)]
    values = [
        {
            "id": visible(point.id),
            "verdict": str(point.verdict),
            "said": str(point.verdict).replace("-", " "),
            "claim": shorten(visible(point.says), _LONGEST, placeholder=" …"),
            "says": visible(point.says),
            "because": visible(point.because),
        }
        for point in points
    ]
    y = alt.Y("id:N", sort=[value["id"] for value in values], title=None).axis(
        ticks=False, domain=False, style="names"
    )
    base = alt.Chart(data_of(values))
    colour = alt.Color("verdict:O", legend=None).scale(domain=list(VERDICTS))
    return panel(
        [
            base.mark_bar(height=_STEP - 4).encode(
                x=alt.value(0),
                x2=alt.value(_TILE),
                y=y,
                color=colour,
                tooltip=tips("id:N", "says:N", "verdict:N", "because:N"),
            ),
            base.mark_text(fontSize=10).encode(
                x=alt.value(_TILE / 2), y=y, text=alt.Text("said:N")
            ),
            base.mark_text(align="left").encode(
                x=alt.value(_TILE + 10), y=y, text=alt.Text("claim:N")
            ),
        ],
        "",
        height=alt.Step(_STEP),
        framed=False,
    )
