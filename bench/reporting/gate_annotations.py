"""Workflow commands of GitHub Actions: what a gate found, as annotations of its run.

A line `::error file=F,title=T::MESSAGE` becomes an annotation. GitHub shows ten of each kind per
step, so that what goes beyond is folded into the last one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from bench.errors import EXIT_OK
from bench.model.gate import GateReport, GateRow, GateVerdict
from bench.reporting.escaping import visible
from bench.reporting.gate_fitting import shorten
from bench.reporting.gate_header import build_gate_header, build_gate_title
from bench.reporting.gate_names import name_row
from bench.reporting.gate_reasons import troubled_rows, write_row_finding
from bench.reporting.gate_sections import write_evidence

_Kind = Literal["error", "warning", "notice"]

_KINDS: Final[tuple[_Kind, ...]] = ("error", "warning", "notice")
_KIND_OF_ROW: Final[Mapping[GateVerdict, _Kind]] = MappingProxyType(
    {
        GateVerdict.REGRESSION: "error",
        GateVerdict.INVALID: "error",
        GateVerdict.INCONCLUSIVE: "warning",
    }
)
_MOST_PER_KIND: Final = 10
_TITLE_CHARACTERS: Final = 200
_MESSAGE_CHARACTERS: Final = 4_000
_EVIDENCE_LINES: Final = 20


class _Annotation(NamedTuple):
    kind: _Kind
    title: str
    message: str


def write_annotations(report: GateReport, *, file: str = "") -> str:
    """Write a line for the verdict, one for each row that is no pass, and one for each notice.

    Args:
        report: what the gate found.
        file: the experiment file, relative to the repository's root, that annotations point to.
    """
    lines = [
        _write(annotation, file)
        for kind in _KINDS
        for annotation in _fold([found for found in _annotate(report) if found.kind == kind])
    ]
    return "\n".join(lines) + "\n"


def _annotate(report: GateReport) -> Iterator[_Annotation]:
    yield _Annotation(_kind_of(report), f"pairbench {build_gate_title(report)}", _verdict(report))
    for row in troubled_rows(report.rows):
        yield _annotate_row(row)
    for notice in report.notices:
        yield _Annotation("notice", "pairbench gate", notice)


def _kind_of(report: GateReport) -> _Kind:
    if report.exit_code != EXIT_OK:
        return "error"
    return "notice" if report.verdict is GateVerdict.PASS else "warning"


def _verdict(report: GateReport) -> str:
    lines = list(build_gate_header(report))
    if report.failure:
        lines += [report.failure.message, *write_evidence(report.failure)[-_EVIDENCE_LINES:]]
        lines += [report.failure.hint] if report.failure.hint else []
    return "\n".join(lines)


def _annotate_row(row: GateRow) -> _Annotation:
    title = f"{row.verdict.value}: {name_row(row)}"
    return _Annotation(_KIND_OF_ROW[row.verdict], title, write_row_finding(row))


def _fold(found: list[_Annotation]) -> Iterable[_Annotation]:
    if len(found) <= _MOST_PER_KIND:
        return found
    shown, rest = found[: _MOST_PER_KIND - 1], found[_MOST_PER_KIND - 1 :]
    lines = "\n".join(f"{each.title}: {each.message}" for each in rest)
    return (*shown, _Annotation(rest[0].kind, f"pairbench gate: {len(rest)} more", lines))


def _write(annotation: _Annotation, file: str) -> str:
    title = _escape_property(shorten(visible(annotation.title), _TITLE_CHARACTERS))
    place = f"file={_escape_property(visible(file))}," if file else ""
    lines = "\n".join(map(visible, annotation.message.splitlines()))
    message = _escape_data(shorten(lines, _MESSAGE_CHARACTERS))
    return f"::{annotation.kind} {place}title={title}::{message}"


def _escape_data(text: str) -> str:
    # The per cent sign first, or those of the other escapes would be escaped again
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")
