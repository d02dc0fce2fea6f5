"""Thinning: reference runs keep the experiments that count, those that no later run has whole."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path

from bench.model.run import RunRecord, StoredRun
from bench.storage.atomic import write_atomically
from bench.storage.reading_runs import list_runs, read_run
from bench.storage.run_folder import RUN_FILE

_FOLDERS = ("trials", "set-aside")


def thin(reference: Path) -> None:
    """Take out of each reference run the experiments that a later one has measured to the end.

    What was not measured to the end goes where another run has it whole, and a run of which nothing
    is left goes as well.

    Args:
        reference: the folder that holds the reference runs.

    Raises:
        StorageError: a run can't be read or written.
    """
    runs = sorted(map(read_run, list_runs(reference)), key=lambda run: run.record.started_at)
    whole = [_measured_whole(run) for run in runs]
    for number, run in enumerate(runs):
        names = {each.name for each in run.record.plan.experiments} - run.record.skipped.keys()
        later = set[str]().union(*whole[number + 1 :])
        superseded = (names & later) | ((names - whole[number]) & set[str]().union(*whole))
        if names <= superseded:
            shutil.rmtree(run.path)
        elif superseded:
            _leave_out(run.path, run.record, superseded)


def _measured_whole(run: StoredRun) -> set[str]:
    plan = run.record.plan
    lacking = {each.experiment for each in plan.trials if each.number in run.unfinished}
    return {each.name for each in plan.experiments} - lacking - run.record.skipped.keys()


def _leave_out(path: Path, record: RunRecord, names: Collection[str]) -> None:
    """Take experiments out of a run's plan, and then their trials out of its folder."""
    plan = record.plan
    kept = {
        "experiments": tuple(each for each in plan.experiments if each.name not in names),
        "trials": tuple(each for each in plan.trials if each.experiment not in names),
    }
    thinned = record.model_copy(update={"plan": plan.model_copy(update=kept)})
    write_atomically(path / RUN_FILE, thinned.model_dump_json(indent=1))
    for trial in plan.trials:
        if trial.experiment in names:
            for folder in _FOLDERS:
                for attempt in (path / folder).glob(f"{trial.folder_name}*"):
                    shutil.rmtree(attempt)
