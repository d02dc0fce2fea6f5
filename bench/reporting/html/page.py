"""Pages: what a report shows, whatever it is of, and how it becomes one file of HTML."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Final

from bench.reporting.charts.look import DARK, LIGHT, configure
from bench.reporting.escaping import visible
from bench.reporting.table import Section

SCREEN_FONT: Final = "system-ui, sans-serif"
_SCRIPT_ENDS: Final = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}
"""What would end a script element, or begin another, inside of JSON."""
_TOGETHER: Final = re.compile(r"\[[^\[\]]*\]|^cannot tell|(?<=\d) (?=users?$)")


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with what stands around it."""

    name: str
    """Unique on its page."""
    title: str
    """A few words, for its tab."""
    caption: str
    spec: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A caution that something on the page is under, with what it means."""

    code: str
    means: str
    do: str


@dataclass(frozen=True, slots=True)
class Part:
    """A section with its charts, and the doubts about it."""

    anchor: str
    section: Section
    charts: tuple[Chart, ...] = ()
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A report."""

    title: str
    lead: str
    """One line below the title."""
    parts: tuple[Part, ...]
    """What was found first, then what it stands on."""
    facts: tuple[tuple[str, str], ...] = ()
    """Of run and machine: name and text."""
    commands: tuple[str, ...] = field(default=())
    """How to get the same again."""


def write_page(page: Page) -> str:
    """Write a page as one file of HTML, scripts and styles included.

    It is the same for the same page and versions.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("bench.reporting.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["visible"] = visible
    environment.filters["unbroken"] = _keep_together
    charts = {chart.name: chart.spec for part in page.parts for chart in part.charts}
    template = environment.get_template("page.html.j2")
    return template.render(
        page=page,
        style=_read("style.css"),
        script=_read("script.js"),
        library=_library() if charts else "",
        data=_write_json(
            {
                "charts": charts,
                "looks": {look.name: configure(look, font=SCREEN_FONT) for look in (LIGHT, DARK)},
            }
        ),
    )


def _keep_together(cell: str) -> str:
    """Keep lines from breaking within an interval, and between what belongs together otherwise."""
    return _TOGETHER.sub(lambda found: found[0].replace(" ", "\N{NO-BREAK SPACE}"), cell)


def _write_json(document: object) -> str:
    text = json.dumps(document, separators=(",", ":"), sort_keys=True)
    for character, escaped in _SCRIPT_ENDS.items():
        text = text.replace(character, escaped)
    return text


def _read(name: str) -> str:
    return resources.files("bench.reporting.html").joinpath("templates", name).read_text("utf-8")


@cache
def _library() -> str:
    """Return Vega, Vega-Lite and vega-embed as one script, of the versions that are pinned."""
    import altair as alt
    import vl_convert

    version = alt.SCHEMA_VERSION.removeprefix("v").rpartition(".")[0]
    bundle: str = vl_convert.javascript_bundle(vl_version=version)  # type: ignore[call-arg]
    return bundle.replace("</script", "<\\/script")
