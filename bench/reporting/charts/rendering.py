"""Rendering: a chart's specification as SVG, PNG or PDF, with the bundled font and no other.

vl-convert lays text out with the fonts that it is given, and takes another without a word where the
one that is named is missing. So the font's files are looked for before anything is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from html import escape
from importlib import util
from pathlib import Path
from typing import Any, Final, Literal

from bench.errors import FigureError
from bench.reporting.charts.look import FONT

ImageFormat = Literal["svg", "png", "pdf"]

_FONT_PACKAGE: Final = "font_source_sans_pro"
_FONT_FILES: Final = ("SourceSansPro-Regular.ttf",)
_REFERENCES: Final = re.compile(rb"(?:^ *+/[A-Za-z]+\d+ \d+ 0 R\n){2,}", re.MULTILINE)
"""Lines such as `/gs1 10 0 R`, several of them."""
_PIXELS_PER_INCH: Final = 192
"""Twice that of a screen of old, so that images stay sharp in print."""


def render(spec: Mapping[str, Any], image: ImageFormat) -> bytes:
    """Render a Vega-Lite specification.

    Equal specifications give equal bytes, as long as the versions in `constraints.txt` and the
    processor's architecture are the same.

    Raises:
        FigureError: the font is missing.
    """
    import altair as alt
    import vl_convert

    _register_font()
    version = alt.SCHEMA_VERSION.removeprefix("v").rpartition(".")[0]
    given = dict(spec)
    match image:
        case "svg":
            svg = vl_convert.vegalite_to_svg(given, vl_version=version)
            return f"{_describe(svg, str(given.get('description', '')))}\n".encode()
        case "png":
            png: bytes = vl_convert.vegalite_to_png(given, vl_version=version, ppi=_PIXELS_PER_INCH)
            return png
        case "pdf":
            return _settle(vl_convert.vegalite_to_pdf(given, vl_version=version))


def _settle(pdf: bytes) -> bytes:
    """Put the references of each of a PDF's dictionaries in order, which is left to chance.

    Nothing moves but lines of one dictionary, so that all objects stay where they are.
    """
    return _REFERENCES.sub(lambda found: b"".join(sorted(found[0].splitlines(keepends=True))), pdf)


def _describe(svg: str, text: str) -> str:
    """Say in the picture what it shows, for those who don't see it."""
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(text)}" ', 1)


def find_font_folder() -> Path:
    """Return the folder of the font's files.

    Raises:
        FigureError: they are not installed.
    """
    spec = util.find_spec(_FONT_PACKAGE)
    roots = [Path(each) for each in (spec.submodule_search_locations or ())] if spec else []
    for root in roots:
        for found in root.rglob(_FONT_FILES[0]):
            return found.parent
    raise FigureError(
        f"The font {FONT} is missing, so that figures would look different from what they are.",
        hint=f"Install pairbench anew, or `pip install {_FONT_PACKAGE.replace('_', '-')}`.",
    )


@cache
def _register_font() -> None:
    import vl_convert

    vl_convert.register_font_directory(str(find_font_folder()))
