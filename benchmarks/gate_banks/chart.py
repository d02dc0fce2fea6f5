"""What became of gates drawn from the banks, as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import altair as alt

from benchmarks.gate_banks.labels import describe_question
from benchmarks.gate_banks.replayed import Replayed

_COLOURS: Final = {"pass": "#0072b2", "inconclusive": "#bdbdbd", "regression": "#d55e00"}
"""Of Okabe and Ito's palette, told apart by the colour-blind, and by their lightness in grey."""

_WIDTH: Final = 420
_BAR: Final = 18


def write_chart(replayed: Sequence[Replayed], path: Path) -> None:
    """Write the chart as SVG."""
    draw_chart(replayed).save(path, format="svg")


def draw_chart(replayed: Sequence[Replayed]) -> alt.LayerChart:
    """Draw a bar for each question, parted by verdicts, with the share of regressions beside it."""
    rows = [row for each in replayed for row in _list_shares(each)]
    labels = [describe_question(each.bank, each.min_effect) for each in replayed]
    y = alt.Y("question:N", sort=labels, title=None, axis=alt.Axis(labelLimit=400, ticks=False))
    order = list(_COLOURS)
    bars = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar(height=_BAR)
        .encode(
            x=alt.X("share:Q", title="share of 10,000 gates", axis=alt.Axis(format="%")),
            y=y,
            color=alt.Color(
                "verdict:N",
                title=None,
                scale=alt.Scale(domain=order, range=list(_COLOURS.values())),
                legend=alt.Legend(orient="top"),
            ),
            order=alt.Order("place:Q"),
        )
    )
    told = [
        {"question": label, "told": f"{each.rates.regressions:.2%} regression"}
        for label, each in zip(labels, replayed, strict=True)
    ]
    texts = (
        alt.Chart(alt.Data(values=told))
        .mark_text(align="left", dx=6)
        .encode(x=alt.value(_WIDTH), y=y, text="told:N")
    )
    chart: alt.LayerChart = (
        alt.layer(bars, texts)
        .properties(width=_WIDTH, height=alt.Step(_BAR + 8))
        .configure(background="white", font="sans-serif")
        .configure_view(stroke=None)
    )
    return chart


def _list_shares(found: Replayed) -> Iterator[dict[str, Any]]:
    shares = {
        "pass": found.rates.passed,
        "inconclusive": found.rates.inconclusive,
        "regression": found.rates.regressions,
    }
    for place, (verdict, share) in enumerate(shares.items()):
        yield {
            "question": describe_question(found.bank, found.min_effect),
            "verdict": verdict,
            "share": share,
            "place": place,
        }
