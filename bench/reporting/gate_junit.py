"""A gate's report as JUnit XML, for GitLab, Jenkins and other readers of test results.

A suite per experiment, a case per row. A regression is a failure, what is invalid an error, and
what is inconclusive skipped. A gate whose verdict no row explains gets a case of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final
from xml.etree import ElementTree as ET

from bench.model.gate import GateReport, GateRow, GateVerdict
from bench.reporting.escaping import visible
from bench.reporting.gate_fitting import shorten
from bench.reporting.gate_header import build_gate_header
from bench.reporting.gate_names import name_quantity, name_version
from bench.reporting.gate_numbers import write_ratio, write_share, write_sides
from bench.reporting.gate_reasons import write_row_finding
from bench.reporting.gate_sections import write_evidence
from bench.reporting.labels import label_load, label_stratum

_GATE: Final = "gate"
_OUTCOMES: Final = {
    GateVerdict.REGRESSION: "failure",
    GateVerdict.INVALID: "error",
    GateVerdict.INCONCLUSIVE: "skipped",
}
_MESSAGE_CHARACTERS: Final = 1_000
_EVIDENCE_LINES: Final = 200
_COUNTED: Final = {
    "tests": "testcase",
    "failures": "failure",
    "errors": "error",
    "skipped": "skipped",
}


def write_gate_junit(report: GateReport) -> str:
    """Write the XML document, its declaration included."""
    root = ET.Element("testsuites", name="pairbench gate", time=_seconds(report))
    for experiment in dict.fromkeys(row.experiment for row in report.rows):
        suite = _suite(root, experiment, report)
        for row in report.rows:
            if row.experiment == experiment:
                _add_row(suite, row)
    if not _is_explained(report):
        _add_gate(_suite(root, _GATE, report), report)
    if len(root) == 1:  # of several suites none has a time: experiments take turns
        root[0].set("time", _seconds(report))
    for element in (root, *root):
        _count(element)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _is_explained(report: GateReport) -> bool:
    return not report.failure and report.verdict in {row.verdict for row in report.rows}


def _suite(root: ET.Element, name: str, report: GateReport) -> ET.Element:
    suite = ET.SubElement(root, "testsuite", name=visible(name), hostname="localhost")
    timestamp = _timestamp(report.started_at)
    if timestamp:
        suite.set("timestamp", timestamp)
    properties = ET.SubElement(suite, "properties")
    for key, value in _properties(report):
        ET.SubElement(properties, "property", name=key, value=visible(value))
    return suite


def _seconds(report: GateReport) -> str:
    return f"{report.setup_s + report.elapsed_s:.3f}"


def _timestamp(started_at: str) -> str:
    """Write the time as the format has it: UTC, to the second, without a zone."""
    try:
        moment = datetime.fromisoformat(started_at)
    except ValueError:
        return ""
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return zoned.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")


def _properties(report: GateReport) -> Iterator[tuple[str, str]]:
    yield "run", report.run_id
    yield "kind", report.kind
    if report.baseline:
        yield "baseline", name_version(report.baseline)
    if report.candidate:
        yield "candidate", name_version(report.candidate)
    yield "verdict", report.verdict.value
    yield "exit_code", str(report.exit_code)
    yield "trials", str(report.trials)
    yield "machine", report.environment.fingerprint


def _add_row(suite: ET.Element, row: GateRow) -> None:
    case = _case(suite, f"{row.experiment}.{row.variant}", _name(row))
    outcome = _OUTCOMES.get(row.verdict)
    if outcome:
        _add_outcome(case, outcome, row.verdict, write_row_finding(row), _numbers(row))
    else:
        ET.SubElement(case, "system-out").text = _text(_numbers(row))


def _name(row: GateRow) -> str:
    stratum = label_stratum(row.stratum)
    name = f"{label_load(row.load)} {name_quantity(row.quantity)}"
    return f"{name} ({stratum})" if stratum else name


def _add_gate(suite: ET.Element, report: GateReport) -> None:
    case = _case(suite, _GATE, _GATE)
    header = build_gate_header(report)
    if report.failure:
        hint = (report.failure.hint,) if report.failure.hint else ()
        evidence = write_evidence(report.failure)[-_EVIDENCE_LINES:]
        details = (*header, *evidence, *hint)
        _add_outcome(case, "error", report.verdict, report.failure.message, details)
    elif outcome := _OUTCOMES.get(report.verdict):
        _add_outcome(case, outcome, report.verdict, report.because or header[0], header)
    else:
        ET.SubElement(case, "system-out").text = _text(header)


def _case(suite: ET.Element, of: str, name: str) -> ET.Element:
    # Rows share their trials, so none has a time of its own; some readers want one all the same
    return ET.SubElement(suite, "testcase", classname=visible(of), name=visible(name), time="0")


def _add_outcome(
    case: ET.Element, outcome: str, verdict: GateVerdict, message: str, details: Iterable[str]
) -> None:
    short = shorten(visible(" ".join(message.split())), _MESSAGE_CHARACTERS)
    element = ET.SubElement(case, outcome, message=short, type=verdict.value)
    element.text = _text((message, *details))


def _numbers(row: GateRow) -> tuple[str, ...]:
    baseline, candidate = write_sides(row)
    sides = f"baseline {baseline}, candidate {candidate}"
    if row.ratio is None:
        return (sides,)
    method = f", {row.method}" if row.method else ""
    ratio = f"ratio {write_ratio(row)} ({row.level * 100:g} % interval{method})"
    return (sides, ratio, f"smallest worsening that matters: {write_share(row.min_effect)}")


def _text(lines: Iterable[str]) -> str:
    """Put lines together; what XML can't hold, control characters above all, becomes visible."""
    return "\n".join(visible(line) for text in lines for line in text.splitlines())


def _count(element: ET.Element) -> None:
    for attribute, tag in _COUNTED.items():
        element.set(attribute, str(sum(1 for _ in element.iter(tag))))
