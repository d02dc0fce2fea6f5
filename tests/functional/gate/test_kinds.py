"""The other kinds of gates: against a stored run, and of a version against itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.model.gate import GateVerdict

MakeClone = Callable[..., Any]


@pytest.fixture
def three_trials(gate_file: str) -> str:
    """Return a gate file whose experiment has a few short trials."""
    return gate_file.replace("[load]", 'repetitions = 3\nwindow = "1s"\n\n[load]', 1)


def run_baseline(repository: Any) -> str:
    """Measure the version as it lies, and return the document that tells of it."""
    with repository.start("bench.toml", "--json", command="run") as process:
        stdout, stderr = process.communicate(timeout=120)
    assert process.returncode == 0, stderr
    document: str = stdout
    return document


@pytest.mark.slow
def test_a_stored_run_of_this_machine_lets_pass_and_trips(
    make_clone: MakeClone, three_trials: str, service: str, tmp_path: Path
) -> None:
    repository = make_clone({}, main={"bench.toml": three_trials})
    document = tmp_path / "baseline.json"
    document.write_text(run_baseline(repository))
    (run,) = repository.results.iterdir()

    passing = repository.gate("--baseline", run.name, "--min-effect", "60%", "--json")
    assert passing.exit_code == 0, passing.stderr
    assert passing.report.kind == "stored"
    assert passing.report.verdict is GateVerdict.PASS

    work = "sum(range(200_000))"
    repository.write({"shop.py": service.replace(work, f"max({work}, {work}, {work}, {work})")})
    tripping = repository.gate("--baseline", str(document), "--min-effect", "60%", "--json")
    assert tripping.exit_code == 1, tripping.stderr
    assert tripping.report.verdict is GateVerdict.REGRESSION
    assert tripping.report.candidate.is_dirty


def test_a_stored_run_of_another_machine_says_nothing(
    make_clone: MakeClone, three_trials: str, tmp_path: Path
) -> None:
    repository = make_clone({}, main={"bench.toml": three_trials.replace("= 3", "= 1", 1)})
    told = json.loads(run_baseline(repository))
    told["environment"]["identity"]["cpu_model"] = "An Abacus"
    told["environment"]["fingerprint"] = "0" * len(told["environment"]["fingerprint"])
    document = tmp_path / "baseline.json"
    document.write_text(json.dumps(told))
    done = repository.gate("--baseline", str(document), "--json")
    assert done.exit_code == 3, done.stderr
    assert "another machine" in done.report.because
    assert any("An Abacus" in line for line in done.report.failure.evidence)
    assert done.report.trials == 0


def test_a_stored_file_that_is_none_of_ours_is_the_callers_fault(
    make_clone: MakeClone, tmp_path: Path
) -> None:
    repository = make_clone({})
    for text, said in (
        ("{", "is not JSON"),
        ("[]", "is no record of pairbench"),
        ('{"schema_version": 1}', "schema version 1"),
        ('{"schema_version": 3}', "can't be read: run_id"),
    ):
        document = tmp_path / "baseline.json"
        document.write_text(text)
        done = repository.gate("--baseline", str(document))
        assert done.exit_code == 2, done.stderr
        assert said in done.stderr


@pytest.mark.slow
def test_a_version_against_itself_tells_what_can_be_found_here(make_clone: MakeClone) -> None:
    repository = make_clone({})
    done = repository.gate("--self-check", "--budget", "50s", "--json")
    assert done.exit_code == 0, done.stderr
    report = done.report
    assert report.kind == "self-check"
    assert report.baseline.commit == report.candidate.commit
    (row,) = report.self_check.rows
    assert (row.quantity, row.n >= 8) == ("cpu", True)
    assert row.log_sd > 0
    assert row.detectable[16] > row.detectable[48] > 0
    assert report.self_check.false_alarms.gates > 0
    assert set(report.self_check.detection) == {"3%", "5%", "10%"}
