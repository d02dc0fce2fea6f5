"""The sections of a gate's report on a terminal."""

from __future__ import annotations

from typing import Final

from bench.model.gate import GateFailure, GateReport
from bench.reporting.gate_header import build_gate_header, build_gate_title
from bench.reporting.gate_reasons import build_gate_reasons
from bench.reporting.gate_self_check import build_self_check_tables
from bench.reporting.gate_table import build_gate_table
from bench.reporting.table import Section, Table

EVIDENCE_MARK: Final = "| "
"""Stands before a line that a target wrote: a runner obeys lines that begin with `::`."""


def build_gate_sections(report: GateReport) -> tuple[Section, ...]:
    """Build verdict and tables, then what went wrong, why rows are no pass, and the notices."""
    verdict = Section(
        title=build_gate_title(report),
        paragraphs=(*build_gate_header(report), *_kept(report)),
        tables=build_gate_tables(report),
    )
    return (
        verdict,
        *((_failure(report.failure),) if report.failure else ()),
        *_listed("no pass", build_gate_reasons(report.rows)),
        *_listed("notices", report.notices),
    )


def build_gate_tables(report: GateReport) -> tuple[Table, ...]:
    """Build the tables of a report: a self-check's own ones, and that of the rows."""
    own = build_self_check_tables(report.self_check) if report.self_check else ()
    title = "This gate" if own else ""
    return (*own, *((build_gate_table(report.rows, title=title),) if report.rows else ()))


def write_evidence(failure: GateFailure) -> tuple[str, ...]:
    """Return a failure's evidence as single lines."""
    return tuple(line for text in failure.evidence for line in text.splitlines() or [""])


def _kept(report: GateReport) -> tuple[str, ...]:
    return (f"Kept in {report.path}.",) if report.path else ()


def _failure(failure: GateFailure) -> Section:
    hint = (f"hint: {failure.hint}",) if failure.hint else ()
    return Section(
        title="what went wrong",
        paragraphs=(
            *failure.message.splitlines(),
            *(f"{EVIDENCE_MARK}{line}" for line in write_evidence(failure)),
            *hint,
        ),
    )


def _listed(title: str, texts: tuple[str, ...]) -> tuple[Section, ...]:
    return (Section(title=title, paragraphs=texts),) if texts else ()
