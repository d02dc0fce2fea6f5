"""Read run folders back: one as a whole, or the list of those that there are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bench.errors import SchemaVersionError, StorageError, UnknownNameError
from bench.model.run import SCHEMA_VERSION, RunRecord, StoredRun
from bench.model.trial import TrialRecord
from bench.storage.guarding import reading_from
from bench.storage.packed import exists, open_text
from bench.storage.run_folder import RUN_FILE, TRIAL_FILE, TRIALS

_Record = TypeVar("_Record", bound=BaseModel)


def find_run(given: str, results: Path) -> Path:
    """Find a run by its folder, its id, or the word `latest`.

    Raises:
        UnknownNameError: there is none.
    """
    as_path = Path(given)
    if (as_path / RUN_FILE).exists():
        return as_path
    known = [path.name for path in list_runs(results)]
    if given == "latest" and known:
        return results / known[-1]
    if given in known:
        return results / given
    if given == "latest":
        raise StorageError(f"There is no run in {results} yet.", hint="`bench run` makes one.")
    if as_path.is_dir():
        raise StorageError(f"{as_path} is no run folder: it has no {RUN_FILE}.")
    raise UnknownNameError("run", given, known)


def list_runs(results: Path) -> list[Path]:
    """List the run folders below a results folder, oldest first."""
    if not results.is_dir():
        return []
    with reading_from(results):
        return sorted(path.parent for path in results.glob(f"*/{RUN_FILE}"))


def read_run(path: Path) -> StoredRun:
    """Read a run folder.

    Raises:
        StorageError: it can't be read, or holds something else.
        SchemaVersionError: it was written in a format that this version does not know.
    """
    record = read_versioned(path / RUN_FILE, RunRecord)
    trials = [
        read_versioned(found, TrialRecord)
        for trial in record.plan.trials
        if exists(found := path / TRIALS / trial.folder_name / TRIAL_FILE)
    ]
    finished = {trial.trial.number for trial in trials}
    return StoredRun(
        path=path,
        record=record,
        trials=tuple(trials),
        unfinished=tuple(
            trial.number for trial in record.plan.trials if trial.number not in finished
        ),
    )


def find_trial(run: StoredRun, number: int) -> Path:
    """Return the folder of a trial of a run."""
    named = next(trial for trial in run.record.plan.trials if trial.number == number)
    return run.path / TRIALS / named.folder_name


def read_versioned(path: Path, model: type[_Record]) -> _Record:
    """Read a JSON file that names the schema version it was written in.

    Raises:
        StorageError: it can't be read, or holds something else.
        SchemaVersionError: it was written in a format that this version does not know.
    """
    with reading_from(path), open_text(path) as file:
        text = file.read()
    try:
        document: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise StorageError(f"{path} is not JSON: {error}.") from None
    version = document.get("schema_version") if isinstance(document, dict) else None
    if version is None:
        raise StorageError(f"{path} is no record of pairbench: it names no schema version.")
    if version != SCHEMA_VERSION:
        raise SchemaVersionError(str(path), version, SCHEMA_VERSION)
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise StorageError(f"{path} can't be read: {key}: {first['msg']}.") from None
