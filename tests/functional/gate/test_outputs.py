"""What pipelines read of a gate: files, streams and exit codes, in each form."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.model.gate import GateReport, GateVerdict

MakeClone = Callable[..., Any]

_SHORT = ("--budget", "1s")
"""Time for one duet, after which nothing can be said."""


def test_one_gate_fills_all_that_was_asked_for(make_clone: MakeClone, tmp_path: Path) -> None:
    junit, comment = tmp_path / "out" / "gate.xml", tmp_path / "out" / "comment.md"
    summary = tmp_path / "summary.md"
    summary.write_text("What another step said.\n")
    repository = make_clone({})
    done = repository.gate(
        *("--format", "md", "--junit", str(junit), "--comment", str(comment)),
        *(*_SHORT, "--fail-on-inconclusive"),
        env={"GITHUB_STEP_SUMMARY": str(summary)},
    )
    assert done.exit_code == 5, done.stderr
    (run,) = repository.results.iterdir()
    report = GateReport.model_validate_json((run / "gate.json").read_text())
    assert (report.verdict, report.exit_code) == (GateVerdict.INCONCLUSIVE, 5)
    assert report.path == str(run)
    assert done.stdout in summary.read_text()
    assert summary.read_text().startswith("What another step said.\n")
    assert comment.read_text().startswith("<!-- pairbench-gate bench.toml -->\n")
    suites = ET.fromstring(junit.read_text())
    assert suites.findall(".//testcase")
    assert "cpu" in done.stdout


def test_what_can_not_be_said_fails_only_on_request(make_clone: MakeClone) -> None:
    done = make_clone({}).gate("--json", *_SHORT, "--quantities", "cpu,memory")
    assert done.exit_code == 0, done.stderr
    assert done.report.verdict is GateVerdict.INCONCLUSIVE
    assert {row.quantity for row in done.report.rows} == {"cpu", "memory", "errors"}
    assert done.report.trials == 1


def test_on_github_a_failure_is_an_annotation(make_clone: MakeClone, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    repository = make_clone({"shop.py": "raise RuntimeError('no shop today')\n"})
    done = repository.gate("--format", "github", env={"GITHUB_STEP_SUMMARY": str(summary)})
    assert done.exit_code == 4, done.stderr
    (annotation,) = [line for line in done.stdout.splitlines() if line.startswith("::error")]
    assert "the candidate can't be measured" in annotation
    assert "no shop today" in summary.read_text()


def test_people_are_told_which_side_failed_and_why(make_clone: MakeClone) -> None:
    done = make_clone({"shop.py": "raise RuntimeError('no shop today')\n"}).gate()
    assert done.exit_code == 4
    assert "the candidate can't be measured: bench/shop ended" in " ".join(done.stdout.split())
    assert "no shop today" in done.stdout
