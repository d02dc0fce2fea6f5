"""One line on a gate, or on a row of one, for logs and for views of a gate that goes on."""

from __future__ import annotations

from collections import Counter

from bench.model.gate import GateReport, GateRow
from bench.reporting.escaping import visible
from bench.reporting.gate_header import build_gate_title
from bench.reporting.gate_names import name_comparison, name_row
from bench.reporting.gate_numbers import write_trials_in_words, write_worsening
from bench.reporting.gate_reasons import GRAVEST_FIRST, troubled_rows
from bench.reporting.labels import counted
from bench.reporting.number_text import NOTHING
from bench.units import format_duration


def write_gate_summary(report: GateReport) -> str:
    """Write a finished gate in one line: verdict, exit code, what was compared, the worst row."""
    effort = f"{counted(report.trials, 'trial')} in {format_duration(report.elapsed_s)}"
    parts = (name_comparison(report), *_findings(report), effort)
    return visible(f"{build_gate_title(report)} (exit {report.exit_code}): {'; '.join(parts)}")


def write_row_line(row: GateRow) -> str:
    """Write what is known of a row: its name, verdict, worsening and number of trials."""
    worsening = write_worsening(row)
    parts = (row.verdict.value, *(() if worsening == NOTHING else (worsening,)))
    return visible(f"{name_row(row)}: {', '.join(parts)}, {write_trials_in_words(row)}")


def _findings(report: GateReport) -> tuple[str, ...]:
    if report.failure:
        return (" ".join(report.failure.message.split()),)
    if not report.rows:
        return (report.because,) if report.because else ()
    counts = Counter(row.verdict for row in report.rows)
    tally = ", ".join(
        f"{counts[verdict]} {verdict.value}" for verdict in GRAVEST_FIRST if counts[verdict]
    )
    worst = (f"{name_row(row)} {write_worsening(row)}" for row in troubled_rows(report.rows)[:1])
    return (f"{counted(len(report.rows), 'row')}: {tally}", *worst)
