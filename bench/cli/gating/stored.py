"""`bench gate --baseline RUN|FILE`: the candidate as it lies, against a stored run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.analysis.documenting import document_run
from bench.analysis.gating.tripwire import compare_with_stored
from bench.cli.gating.files import GateFiles, Wishes
from bench.cli.gating.findings import Findings
from bench.cli.gating.session import GateSession
from bench.cli.measuring import setting_of
from bench.errors import (
    FingerprintError,
    MeasurementError,
)
from bench.execution.machine.environment import differing_identity
from bench.execution.machine.source_version import read_source_version
from bench.execution.supervision.processes import Supervisor
from bench.model.experiment import Experiment
from bench.model.gate import TreeVersion
from bench.model.plan import PlannedTrial
from bench.model.progress import Notice
from bench.model.run import RunDocument
from bench.planning.planning import plan_trials
from bench.reporting.gate_progress import write_solo_trial
from bench.storage.reading_runs import find_run, read_run, read_versioned

_ASKED: Final = ("flow", "values", "stream", "scenario", "driver", "load", "window", "services")
"""What an experiment asks of targets, and how."""


@dataclass(frozen=True)
class StoredBaseline:
    """What a candidate is held against."""

    document: RunDocument
    commit: str | None
    path: Path
    experiments: tuple[Experiment, ...] = ()
    """As they were run; a document doesn't tell."""


def read_stored(given: str, results: Path) -> StoredBaseline:
    """Read a stored run, by its folder, id, or the JSON that `bench run --json` printed of it.

    Raises:
        UnknownNameError: there is no such run.
        StorageError: it can't be read.
    """
    path = Path(given)
    if path.is_file():
        return StoredBaseline(read_versioned(path, RunDocument), None, path)
    found = find_run(given, results)
    run = read_run(found)
    record = run.record
    return StoredBaseline(document_run(run), record.git_commit, found, record.plan.experiments)


async def gate_stored(
    session: GateSession,
    supervisor: Supervisor,
    findings: Findings,
    *,
    files: GateFiles,
    stored: StoredBaseline,
    wishes: Wishes,
) -> None:
    """Measure the candidate alone, as the experiments say, and compare with what is stored.

    Raises:
        FingerprintError: the stored run comes from another machine.
        BenchError: what kept the gate from its verdict.
    """
    _refuse_other_machine(session, stored)
    _refuse_other_questions(files, stored)
    commit, dirty = read_source_version(Path.cwd())
    findings.baseline = TreeVersion(label=str(stored.path), commit=stored.commit)
    findings.candidate = TreeVersion(
        label="working tree", commit=commit, is_dirty=bool(dirty), environment="bench's own"
    )
    for experiment in files.experiments.values():
        async with setting_of(
            session.record.plan,
            experiment,
            session.folder,
            supervisor,
            session.record.environment,
            session.announce,
        ) as setting:
            planned = _plan(session, files, experiment.name)
            left = {trial.variant for trial in planned}
            for number, trial in enumerate(planned, 1):
                if not session.has_time():
                    text = f"the budget is over after {number - 1} trials of {experiment.name}"
                    session.announce(Notice(text=text))
                    break
                left.discard(trial.variant)
                record = await session.measure(setting, trial)
                session.announce(Notice(text=write_solo_trial(record, session.elapsed_s)))
            findings.unmeasured += [f"{experiment.name}/{variant}" for variant in sorted(left)]
    new = [row for record in session.records for step in record.steps for row in step.rows]
    compared = compare_with_stored(
        stored.document.steps,
        new,
        {},
        {each.name: each.file for each in files.experiments.values()},
        min_effects=wishes.min_effect,
    )
    findings.rows += compared.rows
    findings.missing += compared.missing


def _plan(session: GateSession, files: GateFiles, name: str) -> list[PlannedTrial]:
    experiment = next(each for each in files.experiments.values() if each.name == name)
    return list(plan_trials(experiment, session.record.plan.seed))


def _refuse_other_machine(session: GateSession, stored: StoredBaseline) -> None:
    here, there = session.record.environment, stored.document.environment
    if here.fingerprint == there.fingerprint:
        return
    differing = differing_identity(there, here)
    raise FingerprintError(
        f"{stored.path} comes from another machine, or other software: what it measured says "
        "nothing about this one.",
        evidence=[f"{name}: then {then}, now {now}" for name, (then, now) in differing.items()],
        hint="Measure the baseline here (bench run), or both versions side by side: "
        "bench gate --against REF.",
    )


def _refuse_other_questions(files: GateFiles, stored: StoredBaseline) -> None:
    """Refuse a stored run that asked its targets for something else.

    How targets are started may differ: that is what is compared.
    """
    then = {each.name: each.file for each in stored.experiments}
    for now in files.experiments.values():
        old = then.get(now.name)
        differing = [
            name for name in _ASKED if old and getattr(old, name) != getattr(now.file, name)
        ]
        if differing:
            raise MeasurementError(
                f"{stored.path} measured another {now.name}: its {', '.join(differing)} differed.",
                hint="Measure the baseline anew with the present file: bench run.",
            )
