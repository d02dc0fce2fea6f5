"""From what a gate found, or what kept it from finding anything, to its report."""

from __future__ import annotations

from typing import Final

from bench.analysis.gating.concluding import Conclusion, conclude
from bench.cli.gating.findings import Findings
from bench.cli.gating.session import GateSession
from bench.errors import EXIT_NOT_MEASURED, EXIT_TARGET, BenchError, TargetError
from bench.model.gate import GateFailure, GateReport, GateVerdict
from bench.model.run import SCHEMA_VERSION

_BASELINES_FAULT: Final = "the baseline can't be measured, so there is nothing to compare with: "
_CANDIDATES_FAULT: Final = "the candidate can't be measured: "


def report_findings(
    session: GateSession, findings: Findings, *, strict: bool, fail_on_inconclusive: bool
) -> GateReport:
    """Report a gate that came to its end."""
    conclusion = conclude(
        findings.rows,
        strict=strict,
        fail_on_inconclusive=fail_on_inconclusive,
        unmeasured=findings.unmeasured,
        unproven=findings.unproven,
        missing=findings.missing,
    )
    return _report(session, findings, conclusion, None)


def report_failure(session: GateSession, findings: Findings, error: BenchError) -> GateReport:
    """Report a gate that something kept from its verdict.

    A candidate that doesn't start, dies, or answers otherwise than the baseline is the candidate's
    fault; a baseline that can't run only means that nothing can be compared.
    """
    is_baselines = isinstance(error, TargetError) and error.arm == "baseline"
    is_candidates = isinstance(error, TargetError) and not is_baselines
    exit_code = EXIT_TARGET if is_candidates else EXIT_NOT_MEASURED
    because = f"{_name_fault(error)}{error.message}"
    failure = GateFailure(message=because, hint=error.hint, evidence=error.evidence)
    conclusion = Conclusion(GateVerdict.INVALID, exit_code, because)
    found = conclude(findings.rows) if findings.rows else conclusion
    # What was found before can't be taken back by what could not be measured after it.
    stands = found if found.verdict is GateVerdict.REGRESSION else conclusion
    return _report(session, findings, stands, failure)


def _missing(findings: Findings) -> list[str]:
    return [f"Not gated: {each}." for each in findings.missing]


def _name_fault(error: BenchError) -> str:
    """Say whose fault it is, where the message itself doesn't: both sides' targets share a name."""
    if not isinstance(error, TargetError):
        return ""
    if error.arm == "baseline":
        return _BASELINES_FAULT
    return "" if "(candidate)" in error.message else _CANDIDATES_FAULT


def _report(
    session: GateSession,
    findings: Findings,
    conclusion: Conclusion,
    failure: GateFailure | None,
) -> GateReport:
    return GateReport(
        schema_version=SCHEMA_VERSION,
        run_id=session.record.run_id,
        path=str(session.folder.path),
        kind=findings.kind,
        started_at=session.started_at.isoformat(),
        setup_s=session.setup_s,
        elapsed_s=session.elapsed_s,
        budget_s=session.budget_s,
        environment=session.record.environment,
        baseline=findings.version_of("baseline"),
        candidate=findings.version_of("candidate"),
        verdict=conclusion.verdict,
        exit_code=conclusion.exit_code,
        because=conclusion.because,
        rows=tuple(findings.rows),
        trials=len(session.records),
        notices=tuple(dict.fromkeys((*session.notices, *findings.unproven, *_missing(findings)))),
        failure=failure,
        self_check=findings.self_check,
    )
