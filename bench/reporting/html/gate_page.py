"""The page of a gate: verdict and table first, in the dress of all reports."""

from __future__ import annotations

from bench.model.gate import GateReport
from bench.reporting.gate_names import name_comparison
from bench.reporting.gate_sections import build_gate_sections
from bench.reporting.html.page import write_page
from bench.reporting.html.plain_page import build_plain_page


def write_gate_page(report: GateReport) -> str:
    """Write a gate's report as one file of HTML."""
    sections = build_gate_sections(report)
    page = build_plain_page(sections[0].title, sections, lead=name_comparison(report))
    return write_page(page)
