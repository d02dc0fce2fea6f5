"""Begin, resume and measure a run: from a plan to a run folder."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from rich.console import Console

from bench.cli.keys import has_keyboard
from bench.cli.measuring import KEYS, Outcome, measure
from bench.errors import FingerprintError, UsageError
from bench.execution.machine.environment import differing_identity, read_environment
from bench.execution.machine.needs import find_unmet
from bench.execution.machine.preparing import prepare_needs
from bench.execution.machine.source_version import read_source_version
from bench.execution.targets.addresses import locate
from bench.execution.trials.controls import Controls
from bench.model.environment import Environment
from bench.model.plan import Plan
from bench.model.run import SCHEMA_VERSION, RunRecord, StoredRun
from bench.planning.estimating_time import estimate_trial_s
from bench.planning.limits import check_limits
from bench.planning.skipping import leave_out
from bench.reporting.view import choose_view
from bench.storage.calibrations import find_calibration
from bench.storage.reading_runs import find_run, read_run
from bench.storage.run_folder import RunFolder


@dataclass(frozen=True)
class Session:
    """A run folder that is being written, and the trials that are still to be measured."""

    folder: RunFolder
    record: RunRecord
    finished: frozenset[int]

    @property
    def path(self) -> Path:
        """The run's folder."""
        return self.folder.path


def begin_run(plan: Plan, results: Path) -> Session:
    """Make the folder of a new run.

    Raises:
        UsageError: the system's limits don't allow what is planned, or a target is elsewhere.
        StorageError: the folder can't be made.
    """
    environment = read_environment()
    skipped = find_skipped(plan, environment)
    skipped |= _prepare(plan, skipped)
    plan = leave_out(plan, skipped)
    check_limits(plan, environment.open_files_limit)
    _check_addresses(plan)
    now = datetime.now(UTC)
    commit, dirty = read_source_version(Path.cwd())
    record = RunRecord(
        schema_version=SCHEMA_VERSION,
        run_id=_free_id(results, f"{now:%Y%m%dT%H%M%SZ}-{plan.name}"),
        pairbench=metadata.version("pairbench"),
        argv=tuple(sys.argv[1:]),
        started_at=now.isoformat(),
        attempt=1,
        git_commit=commit,
        git_dirty=dirty,
        environment=environment,
        plan=plan,
        skipped=skipped,
        calibration=find_calibration(results, environment.fingerprint),
    )
    return Session(RunFolder.create(results, record), record, frozenset())


def find_skipped(plan: Plan, environment: Environment) -> dict[str, str]:
    """Find the experiments of a plan that this machine can't run, each with the reason."""
    unmet = {
        experiment.name: "; ".join(find_unmet(experiment.file.needs, environment))
        for experiment in plan.experiments
    }
    return {name: because for name, because in unmet.items() if because}


def _prepare(plan: Plan, skipped: Mapping[str, str]) -> dict[str, str]:
    """Get what the experiments need that are not skipped; return why some are all the same."""
    failures = {
        experiment.name: prepare_needs(experiment, lambda text: print(text, file=sys.stderr))
        for experiment in plan.experiments
        if experiment.name not in skipped
    }
    return {name: because for name, because in failures.items() if because}


def resume_run(given: str, results: Path) -> Session:
    """Take up a run that was interrupted.

    Raises:
        FingerprintError: it was begun on another machine, or with other software.
        UsageError: it lacks nothing.
    """
    stored = read_run(find_run(given, results))
    if not stored.unfinished:
        raise UsageError(f"{stored.path} is whole: there is nothing left to measure.")
    environment = read_environment()
    _refuse_other_machine(stored, environment)
    record = stored.record.model_copy(update={"attempt": stored.record.attempt + 1})
    folder = RunFolder(stored.path)
    folder.claim()
    folder.write_record(record)
    finished = frozenset(trial.trial.number for trial in stored.trials)
    return Session(folder, record, finished)


def measure_run(session: Session, *, quiet: bool = False) -> Outcome:
    """Measure what a run still lacks, showing how it goes on stderr unless that is to be quiet."""
    plan = session.record.plan
    for name, because in session.record.skipped.items():
        sys.stderr.write(f"{name} is skipped: {because}.\n")
    estimates = {
        trial.number: estimate_trial_s(trial)
        for trial in plan.trials
        if trial.number not in session.finished
    }
    console = Console(stderr=True)
    has_keys = not quiet and console.file.isatty() and has_keyboard()
    keys = KEYS if has_keys else ""
    with choose_view(console, plan, estimates, keys=keys, quiet=quiet) as view:
        return asyncio.run(
            measure(
                plan,
                session.folder,
                session.finished,
                session.record.environment,
                view.announce,
                controls=Controls() if has_keys else None,
            )
        )


def _check_addresses(plan: Plan) -> None:
    """Look at targets that already run before anything is started or written."""
    for experiment in plan.experiments:
        for variant in experiment.file.variants.values():
            if variant.url is not None:
                locate(variant.url, allow_remote=plan.allow_remote)


def _free_id(results: Path, wanted: str) -> str:
    run_id, number = wanted, 2
    while (results / run_id).exists():
        run_id, number = f"{wanted}-{number}", number + 1
    return run_id


def _refuse_other_machine(stored: StoredRun, environment: Environment) -> None:
    if stored.record.environment.fingerprint == environment.fingerprint:
        return
    differing = differing_identity(stored.record.environment, environment)
    raise FingerprintError(
        f"{stored.path} was begun on another machine; numbers of two machines are never mixed.",
        evidence=[f"{name}: then {then}, now {now}" for name, (then, now) in differing.items()],
        hint="Finish it where it was begun, or start a new run here.",
    )
