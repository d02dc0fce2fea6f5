"""`bench gate --self-check`: a version against itself, through the same path as any other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bench.analysis.gating.gathering import gather_series
from bench.analysis.gating.rule import DEFAULT_RULE
from bench.analysis.gating.self_checking import self_check
from bench.cli.gating.against import measure_versions
from bench.cli.gating.files import Wishes
from bench.cli.gating.findings import Findings
from bench.cli.gating.measuring import measure_for_noise
from bench.cli.gating.session import GateSession
from bench.errors import MeasurementError
from bench.execution.supervision.processes import Supervisor
from bench.execution.trees.resolving import resolve_candidate
from bench.model.progress import Notice


async def check_versions(
    session: GateSession,
    supervisor: Supervisor,
    findings: Findings,
    *,
    folder: Path,
    against: str | None,
    name: str,
    wishes: Wishes,
    results: Path,
) -> None:
    """Measure duets of a version with itself until the budget is over; replay the rule over them.

    Args:
        session: the gate.
        supervisor: runs all processes.
        findings: is added to as the gate goes on.
        folder: somewhere in the repository.
        against: nothing; a version has no other here.
        name: of the gate's file, relative to the repository.
        wishes: of the command line.
        results: the folder of runs, which is not part of the version.

    Raises:
        BenchError: what kept it from its end.
    """
    assert against is None
    versions = resolve_candidate(folder, leave_out=[results])
    twice = replace(versions, baseline=versions.candidate)
    await measure_versions(
        session, supervisor, findings, twice, name, wishes, results, measure_for_noise
    )
    _replay(session, findings)


def _replay(session: GateSession, findings: Findings) -> None:
    """Say what the trials' noise means for gates here.

    Raises:
        MeasurementError: too few trials count.
    """
    session.announce(Notice(text="replaying the rule over these trials"))
    files = {each.name: each.file for each in session.record.plan.experiments}
    gathered = gather_series(session.records, {}, files, DEFAULT_RULE)
    if not gathered:
        raise MeasurementError("Nothing was measured.", hint="Give it more time: --budget 5m.")
    findings.self_check = self_check(gathered, seed=session.record.plan.seed)
