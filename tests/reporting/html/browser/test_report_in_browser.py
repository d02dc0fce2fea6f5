"""The report as people see it: in a real browser, from the disk, without a network."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

OpenReport = Callable[..., Any]

HOSTILE = "<script>alert(2)</script> & <img src=x onerror=alert(1)>\u202eabc \x1b[31mred"


def test_charts_are_drawn_without_a_complaint_or_a_request(open_report: OpenReport) -> None:
    report = open_report()
    report.drawn()

    svg = report.page.locator(".chart[data-drawn] svg").first
    assert svg.locator("path").count() > 10
    assert "blocking-client" in svg.text_content()
    assert report.complaints == []
    assert report.requests == []


def test_a_point_tells_its_numbers(open_report: OpenReport) -> None:
    report = open_report()
    report.drawn()

    report.page.locator(".chart[data-drawn] .mark-symbol path").last.hover()

    tooltip = report.page.locator("#vg-tooltip-element.visible")
    tooltip.wait_for()
    assert re.search(r"n = \d", tooltip.text_content())


def test_a_table_is_sorted_by_the_column_that_is_clicked(open_report: OpenReport) -> None:
    page = open_report().page
    table = page.locator("section#experiment-experiment-0 table").first
    head = table.get_by_role("columnheader", name="throughput (/s)")
    column = head.evaluate("head => head.cellIndex")

    def numbers() -> list[float]:
        cells = table.locator(f"tbody tr td:nth-child({column + 1})").all_text_contents()
        return [float(re.sub(r"[^\d.]", "", cell)) for cell in cells]

    head.locator("button").click()
    assert numbers() == sorted(numbers())
    assert head.get_attribute("aria-sort") == "ascending"
    head.locator("button").click()
    assert numbers() == sorted(numbers(), reverse=True)
    assert len(set(numbers())) > 2


def test_a_table_is_filtered_by_words(open_report: OpenReport) -> None:
    page = open_report().page
    section = page.locator("section#experiment-experiment-0")
    rows = section.locator("table").first.locator("tbody tr:visible")
    before = rows.count()

    section.locator("input[type=search]").first.fill("async-client")

    assert before == 9
    assert rows.count() == 3


def test_tabs_are_reached_by_the_keyboard(open_report: OpenReport) -> None:
    page = open_report().page
    tabs = page.locator("section#experiment-experiment-0 [role=tab]")

    tabs.first.focus()
    page.keyboard.press("ArrowRight")

    assert tabs.nth(1).get_attribute("aria-selected") == "true"
    assert tabs.nth(1).evaluate("tab => tab === document.activeElement")
    panels = page.locator("section#experiment-experiment-0 figure")
    assert [panels.nth(place).is_visible() for place in range(3)] == [False, True, False]
    panels.nth(1).locator("svg").wait_for()


def test_dark_follows_the_system_and_the_button(open_report: OpenReport) -> None:
    report = open_report(scheme="dark")
    report.drawn()
    page = report.page

    def paper() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    def label_colour() -> str:
        return str(page.locator(".role-axis-title text").first.get_attribute("fill"))

    assert (paper(), label_colour()) == ("rgb(22, 22, 22)", "#ececec")
    page.locator("#theme").click()
    page.locator('.role-axis-title text[fill="#1a1a1a"]').first.wait_for()
    assert paper() == "rgb(255, 255, 255)"
    assert report.complaints == []


@pytest.mark.parametrize("width", [360, 768])
def test_nothing_is_wider_than_the_screen(open_report: OpenReport, width: int) -> None:
    report = open_report(width=width)
    report.drawn()
    page = report.page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").is_visible()


def test_on_paper_all_charts_are_there_and_no_controls(
    open_report: OpenReport, tmp_path: Path
) -> None:
    report = open_report(scheme="dark")
    report.drawn()
    page = report.page

    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    page.wait_for_function(
        "document.querySelectorAll('.chart').length === "
        "document.querySelectorAll('.chart[data-drawn]').length"
    )

    assert not page.locator("nav").is_visible()
    figures = page.locator("figure")
    assert all(figures.nth(place).is_visible() for place in range(figures.count()))
    assert len(page.pdf(path=tmp_path / "report.pdf")) > 10_000


def test_what_others_wrote_is_text(open_report: OpenReport) -> None:
    report = open_report(title=HOSTILE)
    report.drawn()

    text = report.page.locator("main").inner_text()
    assert "<img src=x onerror=alert(1)>" in text
    assert "<script>alert(2)</script>" in text
    assert "\u202e" not in text
    assert report.complaints == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 360)])
def test_axe_finds_nothing(open_report: OpenReport, axe: str, scheme: str, width: int) -> None:
    report = open_report(scheme=scheme, width=width)
    report.drawn()
    report.page.evaluate(axe)

    found = report.page.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']})"
    )

    told = [
        f"{each['id']}: {node['html'][:200]}"
        for each in found["violations"]
        for node in each["nodes"]
    ]
    assert told == []


@pytest.mark.slow
def test_a_report_of_a_thousand_trials_is_below_ten_megabytes(
    open_report: OpenReport, tmp_path: Path
) -> None:
    report = open_report(experiments=37, repetitions=9)
    report.drawn()
    assert (tmp_path / "report.html").stat().st_size < 10_000_000
    assert report.page.locator("section[id^=experiment-]").count() == 37
