"""Reports in Markdown (GitHub's), for pull requests, issues and articles."""

from __future__ import annotations

from collections.abc import Sequence

from bench.model.comparison import Comparison
from bench.model.condensed import CondensedRow
from bench.model.knee import KneeEstimate
from bench.model.run import StoredRun
from bench.model.threshold import ThresholdVerdict
from bench.reporting.doubts import build_doubts
from bench.reporting.escaping import escape_markdown
from bench.reporting.run_header import build_run_header
from bench.reporting.table import Column, Row, Section, Table
from bench.reporting.tables import build_sections
from bench.reporting.threshold_table import build_threshold_sections


def write_markdown_report(
    run: StoredRun,
    condensed: Sequence[CondensedRow],
    comparisons: Sequence[Comparison],
    knees: Sequence[KneeEstimate] = (),
    thresholds: Sequence[ThresholdVerdict] = (),
) -> str:
    """Write the whole report: what was run where, the tables, and where the doubts are."""
    facts = [f"- {name}: {escape_markdown(text)}" for name, text in build_run_header(run.record)]
    sections = (
        *build_sections(run.record.plan, condensed, comparisons, knees),
        *build_threshold_sections(thresholds),
        build_doubts(run, condensed),
    )
    blocks = [
        f"# {escape_markdown(run.record.plan.name)}",
        "\n".join(facts),
        *(write_markdown_section(section) for section in sections),
    ]
    return "\n\n".join(blocks) + "\n"


def write_markdown_section(section: Section) -> str:
    """Write a heading, its paragraphs and its tables."""
    blocks = [f"## {escape_markdown(section.title)}"]
    if section.paragraphs:
        blocks.append("\n".join(f"- {escape_markdown(text)}" for text in section.paragraphs))
    blocks += [write_markdown_table(table) for table in section.tables]
    return "\n\n".join(blocks)


def write_markdown_table(table: Table) -> str:
    """Write one table with its title, caption and notes; no column is left out."""
    lines = [
        _line([escape_markdown(column.heading) for column in table.columns]),
        _line([_rule(column) for column in table.columns]),
        *(_line(_cells(row)) for row in table.rows),
    ]
    blocks = [
        f"### {escape_markdown(table.title)}" if table.title else "",
        escape_markdown(table.caption),
        "\n".join(lines),
        "\n".join(f"- {escape_markdown(note)}" for note in table.notes),
    ]
    return "\n\n".join(block for block in blocks if block)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(column: Column) -> str:
    return "---:" if column.align == "right" else "---"


def _cells(row: Row) -> list[str]:
    """Set numbers that don't count in italics."""
    cells = [escape_markdown(cell) for cell in row.cells]
    return cells if row.counts else [f"*{cell}*" if cell else "" for cell in cells]
