from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.reporting.markdown import (
    write_markdown_report,
    write_markdown_section,
    write_markdown_table,
)
from bench.reporting.table import Column, Row, Section, Table

Build = Callable[..., Any]


def test_a_table_is_written_with_all_that_belongs_to_it() -> None:
    table = Table(
        title="Steps",
        caption="Closed model.",
        columns=(Column(title="variant"), Column(title="p50", unit="ms", align="right")),
        rows=(Row(cells=("a", "1.00")), Row(cells=("b", ""), counts=False)),
        notes=("n = 1",),
    )
    assert write_markdown_table(table) == (
        "### Steps\n"
        "\n"
        "Closed model.\n"
        "\n"
        "| variant | p50 (ms) |\n"
        "| --- | ---: |\n"
        "| a | 1.00 |\n"
        "| *b* |  |\n"
        "\n"
        "- n = 1"
    )


def test_a_section_may_have_nothing_but_a_heading() -> None:
    assert write_markdown_section(Section(title="a|b")) == r"## a\|b"


def test_a_table_may_have_nothing_but_columns() -> None:
    table = Table(columns=(Column(title="name"),), rows=())
    assert write_markdown_table(table) == "| name |\n| --- |"


def test_the_report_goes_from_the_header_to_the_doubts(
    make_run: Build, make_row: Build, make_comparison: Build
) -> None:
    report = write_markdown_report(make_run(), [make_row(p50_s=2.0)], [make_comparison()])
    headings = [line for line in report.splitlines() if line.startswith("#")]
    assert headings == [
        "# core",
        "## blocking-call",
        "### Steps",
        "### Ratios to the baseline",
        "## Where the doubts are",
    ]
    assert "- seed: 42\n" in report
    assert report.endswith("looked for.\n")


def test_hostile_names_stay_in_their_cell(
    make_run: Build, make_row: Build, make_experiment: Build, make_plan: Build, hostile: str
) -> None:
    plan = make_plan(name=hostile, experiments=(make_experiment(title=hostile),))
    rows = [make_row(stratum={"s": hostile}, errors={hostile: 1}), make_row(name=hostile)]
    report = write_markdown_report(make_run(plan=plan), rows, [])
    assert "<b>" not in report
    assert "\x1b" not in report
    assert "\u202e" not in report
    tables = [line for line in report.splitlines() if line.startswith("|")]
    assert len({line.replace(r"\|", "").count("|") for line in tables}) == 1


def test_hostile_cells_and_headings_are_one_cell_each(hostile: str) -> None:
    column = Column(title=hostile)
    table = write_markdown_table(Table(columns=(column,), rows=(Row(cells=(hostile,)),)))
    shown = r"| &lt;b&gt;\[red\]a\|b\*\\n\\x1b\[2J\\u202e&#64;x=\` |"
    assert table.splitlines() == [shown, "| --- |", shown]
