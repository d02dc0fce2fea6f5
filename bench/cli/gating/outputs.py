"""Where a gate's report goes: its run folder, files that were asked for, and standard output."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console

from bench.cli.closed_output import tolerating_closed_output
from bench.cli.gating.formats import GateFormat
from bench.model.gate import GateReport
from bench.reporting.gate_annotations import write_annotations
from bench.reporting.gate_comment import write_gate_comment
from bench.reporting.gate_json import write_gate_json
from bench.reporting.gate_junit import write_gate_junit
from bench.reporting.gate_markdown import write_gate_markdown
from bench.reporting.gate_sections import build_gate_sections
from bench.reporting.html.gate_page import write_gate_page
from bench.reporting.terminal import print_sections
from bench.storage.atomic import write_atomically
from bench.storage.guarding import storing_in

GATE_FILE: Final = "gate.json"
SUMMARY_VARIABLE: Final = "GITHUB_STEP_SUMMARY"


@dataclass(frozen=True)
class Outputs:
    """What was asked for."""

    format: GateFormat = GateFormat.TERMINAL
    as_json: bool = False
    junit: Path | None = None
    comment: Path | None = None
    html: Path | None = None


def write_outputs(
    report: GateReport, outputs: Outputs, name: str, environment: Mapping[str, str] = os.environ
) -> None:
    """Write a report wherever it was asked for; files come first, and are whole or not there.

    Args:
        report: what the gate found.
        outputs: what was asked for.
        name: of the gate's file, relative to the repository.
        environment: the caller's; names the summary that GitHub shows for a job.

    Raises:
        StorageError: a file can't be written.
    """
    write_atomically(Path(report.path) / GATE_FILE, write_gate_json(report))
    if outputs.junit is not None:
        _write_file(outputs.junit, write_gate_junit(report))
    if outputs.comment is not None:
        _write_file(outputs.comment, write_gate_comment(report, name=name))
    if outputs.html is not None:
        _write_file(outputs.html, write_gate_page(report))
    summary = environment.get(SUMMARY_VARIABLE)
    if summary and outputs.format is not GateFormat.TERMINAL:
        _append(Path(summary), write_gate_markdown(report, name=name))
    with tolerating_closed_output():
        _print(report, outputs, name)


def _print(report: GateReport, outputs: Outputs, name: str) -> None:
    """Print the report; who reads its first lines alone changes nothing of the exit code."""
    if outputs.as_json:
        sys.stdout.write(write_gate_json(report))
        # On GitHub annotations are read from either stream.
        if outputs.format is GateFormat.GITHUB:
            sys.stderr.write(write_annotations(report, file=name))
        return
    match outputs.format:
        case GateFormat.TERMINAL:
            print_sections(Console(), build_gate_sections(report))
        case GateFormat.MD:
            sys.stdout.write(write_gate_markdown(report, name=name))
        case GateFormat.GITHUB:
            _print_unobeyed(report)
            sys.stdout.write(write_annotations(report, file=name))


def _print_unobeyed(report: GateReport) -> None:
    """Print the tables to a log whose lines GitHub obeys where they look like commands."""
    token = secrets.token_hex(16)
    sys.stdout.write(f"::stop-commands::{token}\n")
    sys.stdout.flush()
    print_sections(Console(), build_gate_sections(report))
    sys.stdout.write(f"::{token}::\n")


def _write_file(path: Path, text: str) -> None:
    with storing_in(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, text)


def _append(path: Path, text: str) -> None:
    with storing_in(path), path.open("a", encoding="utf-8") as summary:
        summary.write(text)
