"""From what a gate found to its report: what was not looked at can't let it pass."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bench.analysis.gating.assessing import Assessment
from bench.analysis.gating.duets import GateUnit
from bench.cli.gating.findings import Findings
from bench.cli.gating.reporting import report_failure, report_findings
from bench.cli.gating.session import GateSession
from bench.errors import (
    AnswersDifferError,
    GeneratorError,
    TargetDiedError,
    TargetError,
    TargetStartError,
    TreeError,
)
from bench.execution.trees.proving import Proof
from bench.model.environment import Environment
from bench.model.gate import GateRow, GateVerdict, TreeVersion
from bench.model.load_level import Users
from bench.model.plan import Plan
from bench.model.run import SCHEMA_VERSION, RunRecord
from bench.storage.run_folder import RunFolder


@pytest.fixture
def session(tmp_path: Path) -> GateSession:
    environment = Environment.model_construct(fingerprint="f", identity={})
    plan = Plan.model_construct(name="gate-shop", seed=5, experiments=(), trials=())
    record = RunRecord.model_construct(
        schema_version=SCHEMA_VERSION, run_id="gate-shop", environment=environment, plan=plan
    )
    return GateSession(RunFolder(tmp_path), record, 300.0, announce=lambda event: None)


def row(verdict: GateVerdict = GateVerdict.PASS) -> GateRow:
    nothing = ("ratio", "low", "high", "sign_flip_p", "worsening", "detectable", "trials_needed")
    return GateRow(
        experiment="shop",
        stratum={},
        variant="loop",
        load=Users(users=4),
        quantity="cpu",
        unit="s",
        baseline=0.1,
        candidate=0.1,
        level=0.95,
        n=8,
        dropped=0,
        method="t",
        min_effect=0.03,
        verdict=verdict,
        because="so it was",
        **dict.fromkeys(nothing),
    )


def assessment(**changes: Any) -> Assessment:
    nothing: dict[str, Any] = {"rows": (), "wants": {}, "unmeasured": (), "missing": ()}
    return Assessment(**nothing | changes)


def test_a_variant_that_the_budget_left_no_trial_for_keeps_a_gate_from_passing(
    session: GateSession,
) -> None:
    findings = Findings(kind="against")
    findings.add(assessment(rows=(row(),)))
    assert report(session, findings).verdict is GateVerdict.PASS
    findings.add(assessment(unmeasured=(GateUnit.of("till", {"rows": 10}, "loop"),)))
    told = report(session, findings)
    assert told.verdict is GateVerdict.INCONCLUSIVE
    assert "till/loop, rows = 10 was not measured within the budget" in told.because


def test_a_gate_without_any_row_is_invalid(session: GateSession) -> None:
    told = report(session, Findings(kind="against"))
    assert (told.verdict, told.exit_code) == (GateVerdict.INVALID, 3)


def test_what_nobody_could_prove_fails_a_strict_gate_alone(session: GateSession) -> None:
    findings = Findings(kind="against")
    findings.candidate = TreeVersion(label="change", commit="c")
    findings.proofs = [
        ("baseline", Proof((), is_proven=True, notice="")),
        ("candidate", Proof((), is_proven=None, notice="Nobody could see it.")),
    ]
    findings.add(assessment(rows=(row(),)))
    told = report(session, findings)
    assert (told.exit_code, told.notices) == (0, ("Nobody could see it.",))
    assert told.candidate is not None
    assert told.candidate.is_proven is None
    assert report(session, findings, strict=True).exit_code == 3


def test_a_version_is_proven_where_all_of_its_targets_are() -> None:
    findings = Findings(kind="against", candidate=TreeVersion(label="change", commit="c"))
    findings.proofs = [("candidate", Proof((), is_proven=True, notice=""))] * 2
    version = findings.version_of("candidate")
    assert version is not None
    assert version.is_proven
    assert findings.version_of("baseline") is None


@pytest.mark.parametrize(
    "of_class", [TargetError, TargetStartError, TargetDiedError, AnswersDifferError]
)
def test_what_a_target_does_is_the_fault_of_the_side_it_belongs_to(
    session: GateSession, of_class: Callable[[str], TargetError]
) -> None:
    error = of_class("shop/loop ended.")
    assert fail(session, error) == (4, "the candidate can't be measured: shop/loop ended.")
    error.arm = "candidate"
    assert fail(session, error) == (4, "the candidate can't be measured: shop/loop ended.")
    error.arm = "baseline"
    told = "the baseline can't be measured, so there is nothing to compare with: shop/loop ended."
    assert fail(session, error) == (3, told)


def test_a_message_that_names_its_side_is_left_as_it_is(session: GateSession) -> None:
    told = "loop (candidate) and loop (baseline) answer equal requests differently."
    error = AnswersDifferError(told)
    error.arm = "candidate"
    assert fail(session, error) == (4, told)


@pytest.mark.parametrize("of_class", [TreeError, GeneratorError])
def test_what_is_nobodys_fault_is_no_verdict(
    session: GateSession, of_class: Callable[[str], TreeError | GeneratorError]
) -> None:
    assert fail(session, of_class("It broke.")) == (3, "It broke.")


def test_a_gates_times_are_of_its_set_up_and_of_its_trials(session: GateSession) -> None:
    now_s = 100.0
    timed = GateSession(
        session.folder,
        session.record,
        60.0,
        announce=lambda event: None,
        clock=lambda: now_s,
        started_at=datetime.now(UTC),
    )
    now_s = 130.0
    assert (timed.setup_s, timed.elapsed_s) == (30.0, 0.0)
    timed.measuring_since_s = 130.0
    now_s = 150.0
    assert (timed.setup_s, timed.elapsed_s) == (30.0, 20.0)
    assert timed.share_s(2) == 40.0
    assert timed.share_s(1) == 60.0


def report(session: GateSession, findings: Findings, *, strict: bool = False) -> Any:
    return report_findings(session, findings, strict=strict, fail_on_inconclusive=False)


def fail(session: GateSession, error: Any) -> tuple[int, str]:
    told = report_failure(session, Findings(kind="against"), error)
    assert told.verdict is GateVerdict.INVALID
    assert told.failure is not None
    assert told.failure.message == told.because
    return told.exit_code, told.because
