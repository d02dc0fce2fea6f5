"""Thinning: reference runs keep the experiments that count, those that no later run has."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path

from bench.model.run import RunRecord
from bench.storage.atomic import write_atomically
from bench.storage.reading_runs import list_runs, read_run
from bench.storage.run_folder import RUN_FILE

_FOLDERS = ("trials", "set-aside")


def thin(reference: Path) -> None:
    """Take out of each reference run the experiments that a later one has.

    A run of which nothing is left goes as a whole.

    Args:
        reference: the folder that holds the reference runs.

    Raises:
        StorageError: a run can't be read or written.
    """
    measured: set[str] = set()
    runs = [(path, read_run(path).record) for path in list_runs(reference)]
    for path, record in sorted(runs, key=lambda run: run[1].started_at, reverse=True):
        names = {each.name for each in record.plan.experiments} - record.skipped.keys()
        if names <= measured:
            shutil.rmtree(path)
        elif names & measured:
            _leave_out(path, record, names & measured)
        measured |= names


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
