"""Looks: colours, strokes and the font of charts, for paper and for light and dark screens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

FONT: Final = "Source Sans Pro"
"""The name that the bundled font has; see `bench.reporting.charts.rendering`."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a chart looks like; colours in hexadecimal."""

    name: str
    background: str | None
    """None: whatever is behind it."""
    ink: str
    muted: str
    grid: str
    series: tuple[str, ...]
    """Of variants, in the file's order: told apart by the colour-blind, and in grey."""
    low: str
    """The end of a diverging scale below 1; text is readable on it, as on all that follow."""
    middle: str
    high: str
    """The end of a diverging scale above 1."""
    verdicts: tuple[str, ...]
    """In the order of `VERDICTS`."""


VERDICTS: Final = ("supported", "nuanced", "refuted", "inconclusive", "not-measured")

PRINT: Final = Look(
    name="print",
    background="#ffffff",
    ink="#1a1a1a",
    muted="#595959",
    grid="#e3e3e3",
    # Okabe and Ito's palette, the darker ones first; yellow is too light on white.
    series=("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#4d4d4d"),
    low="#8fc1e3",
    middle="#f7f7f7",
    high="#f0a068",
    verdicts=("#8fc1e3", "#cfe5f3", "#f0a068", "#d0d0d0", "#efefef"),
)

LIGHT: Final = replace(PRINT, name="light", background=None)

DARK: Final = Look(
    name="dark",
    background=None,
    ink="#ececec",
    muted="#b4b4b4",
    grid="#3a3a3a",
    series=("#4a9fd8", "#ffb27a", "#2fc9a0", "#e79ac6", "#f0c040", "#9fd4f5", "#bdbdbd"),
    low="#1f5f8b",
    middle="#2b2b2b",
    high="#9c4a12",
    verdicts=("#1f5f8b", "#123f5e", "#9c4a12", "#5a5a5a", "#333333"),
)

LOOKS: Final[Mapping[str, Look]] = MappingProxyType(
    {look.name: look for look in (PRINT, LIGHT, DARK)}
)

DASHES: Final = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 4], [10, 4], [1, 3])
"""Strokes beside the colours, for eyes and printers that don't tell these apart."""

SHAPES: Final = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "stroke")


def configure(look: Look, *, font: str = FONT) -> dict[str, Any]:
    """Return Vega-Lite's configuration of a look."""
    return {
        "background": look.background,
        "font": font,
        "view": {"stroke": None},
        "axis": {
            "domainColor": look.muted,
            "gridColor": look.grid,
            "labelColor": look.muted,
            "labelFontSize": 11,
            "tickColor": look.muted,
            "titleColor": look.ink,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
        },
        "header": {"labelColor": look.ink, "titleColor": look.ink, "titleFontWeight": "normal"},
        "legend": {"labelColor": look.ink, "titleColor": look.ink},
        "title": {
            "anchor": "start",
            "color": look.ink,
            "fontSize": 15,
            "fontWeight": "normal",  # a second font would come in whichever order, in a PDF
            "subtitleColor": look.muted,
            "subtitleFontSize": 11,
            "subtitlePadding": 4,
        },
        "text": {"color": look.ink, "fontSize": 11},
        "range": {
            "category": list(look.series),
            "diverging": [look.low, look.middle, look.high],
            "ordinal": list(look.verdicts),
        },
        "style": {
            "names": {"labelColor": look.ink},
            "above": {"color": look.series[1]},
            "below": {"color": look.series[0]},
            "cell": {"stroke": look.grid},
            "either": {"color": look.muted},
            "reference": {"color": look.muted},
            "span": {"color": look.ink},
        },
    }
