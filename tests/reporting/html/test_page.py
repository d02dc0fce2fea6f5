from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from bench.reporting.html import page as pages
from bench.reporting.html.page import Chart, Doubt, Page, Part, write_page
from bench.reporting.table import Column, Row, Section, Table

EVIL = "</script><script>alert(1)</script>\x1b[2J\u202e<b>&'\""


class Texts(HTMLParser):
    """Gathers tags, and the text between them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(autouse=True)
def no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what makes a page a megabyte, and takes seconds to bundle."""
    monkeypatch.setattr(pages, "_library", lambda: "/* library */")


def part(text: str = "shop", **changes: Any) -> Part:
    table = Table(
        title=text,
        caption=text,
        columns=(Column(title=text), Column(title="p99", unit="ms", align="right")),
        rows=(Row(cells=(text, "1.5")), Row(cells=("x", "2"), counts=False)),
        notes=(text,),
    )
    section = Section(title=text, paragraphs=(text,), tables=(table,))
    return Part(**{"anchor": "part", "section": section} | changes)


def read(page: Page) -> Texts:
    texts = Texts()
    texts.feed(write_page(page))
    return texts


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("lower: 0.249 [0.106, 0.588]", "lower: 0.249 [0.106,\xa00.588]"),
        ("cannot tell: 1.01 [0.9, 1.1]", "cannot\xa0tell: 1.01 [0.9,\xa01.1]"),
        ("1,000 users", "1,000\xa0users"),
        ("so: three users wait", "so: three users wait"),
    ],
)
def test_what_belongs_together_stays_on_one_line(cell: str, shown: str) -> None:
    assert shown in read(Page(title="core", lead="", parts=(part(cell),))).text


def test_a_page_has_its_parts_its_facts_and_how_to_repeat_it() -> None:
    page = Page(
        title="core",
        lead="two cores",
        parts=(part(doubts=(Doubt("generator-lag", "It was late.", "Lower the load."),)),),
        facts=(("run", "one"),),
        commands=("bench run --seed 1",),
    )
    texts = read(page)
    for told in ("core", "two cores", "p99 (ms)", "1.5", "1 doubt about", "It was late.", "one",
                 "bench run --seed 1"):  # fmt: skip
        assert told in texts.text
    assert "/* library */" not in texts.text
    assert texts.links == ["#content", "#part", "#environment", "#repeat"]
    assert 'class="discounted"' in write_page(page)


def test_what_others_wrote_shows_as_text_wherever_it_stands() -> None:
    chart = Chart(
        name="chart-0-shop", title=EVIL, caption=EVIL, spec={"description": EVIL, "data": EVIL}
    )
    page = Page(
        title=EVIL,
        lead=EVIL,
        parts=(part(EVIL, charts=(chart, chart), doubts=(Doubt(EVIL, EVIL, EVIL),)),),
        facts=((EVIL, EVIL),),
        commands=(EVIL,),
    )

    html = write_page(page)
    texts = read(page)

    assert texts.tags.count("script") == 3
    assert "b" not in texts.tags
    assert "\x1b" not in html
    assert "\u202e" not in html
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert data is not None
    assert json.loads(data[1])["charts"]["chart-0-shop"]["data"] == EVIL


def test_a_page_needs_no_network() -> None:
    html = write_page(Page(title="core", lead="", parts=(part(),)))
    assert "default-src 'none'" in html
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", html)


def test_the_same_page_has_the_same_bytes() -> None:
    page = Page(title="core", lead="", parts=(part(),))
    assert write_page(page) == write_page(page)


def test_one_chart_has_no_tabs_and_the_library_comes_with_it() -> None:
    chart = Chart(name="chart-0-shop", title="p99", caption="n = 5", spec={"description": "It."})
    single = Page(title="core", lead="", parts=(part(charts=(chart,)),))
    one = read(single)
    two = write_page(Page(title="core", lead="", parts=(part(charts=(chart, chart)),)))
    assert "/* library */" in one.text
    assert "It." in one.text
    assert 'role="tab" id=' not in write_page(single)
    assert two.count('role="tab" id=') == 2
