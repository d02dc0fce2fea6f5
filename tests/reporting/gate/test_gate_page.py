from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

from bench.reporting.html.gate_page import write_gate_page

Build = Callable[..., Any]


class Texts(HTMLParser):
    """Gathers headings, and all text."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_of_a_gate_has_verdict_table_and_reasons(
    make_regressed: Build, hostile: str
) -> None:
    page = write_gate_page(make_regressed(notices=(hostile,)))

    texts = Texts()
    texts.feed(page)
    for told in ("gate: regression", "Exit code 1", "notices", "<b>[red]a|b*"):
        assert told in texts.text
    assert "\x1b" not in page
    assert "vegaEmbed(element" in page  # the script of all pages
    assert len(page) < 100_000  # without the library, as there is no chart
