"""The run folder while it is written: trial by trial, each whole or not there."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path
from typing import Final

from bench.errors import StorageError
from bench.model.arm import ARMS, Arm
from bench.model.plan import PlannedTrial
from bench.model.run import RunRecord
from bench.model.trial import TrialRecord
from bench.storage.atomic import write_atomically
from bench.storage.guarding import storing_in
from bench.storage.packed import exists

RUN_FILE = "run.json"
TRIAL_FILE = "trial.json"
REPORT_FILE = "report.html"
TRIALS = "trials"
SERVICES = "services"
TRIED = "tried"
SET_ASIDE = "set-aside"
LOCK_FILE = ".lock"

_ARM_FOLDERS: Final[dict[Arm, str]] = {"baseline": "base", "candidate": "cand"}


class RunFolder:
    """A folder below `results/` that a run writes to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: int | None = None

    def claim(self) -> None:
        """Keep other processes from writing to the run, until it is released or this one ends.

        Raises:
            StorageError: another process is at it.
        """
        with storing_in(self.path):
            lock = os.open(self.path / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise StorageError(
                f"{self.path} is being measured by another process.",
                hint="Wait until it is done, or stop it with Ctrl-C.",
            ) from None
        self._lock = lock

    def release(self) -> None:
        """Let other processes write to the run again."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @classmethod
    def create(cls, results: Path, record: RunRecord) -> RunFolder:
        """Make the folder of a new run, named by its id.

        Raises:
            StorageError: it exists, or can't be made.
        """
        folder = cls(results / record.run_id)
        with storing_in(results):
            results.mkdir(parents=True, exist_ok=True)
        if folder.path.exists():
            raise StorageError(f"{folder.path} is there already.", hint="Start the run once more.")
        with storing_in(folder.path):
            (folder.path / TRIALS).mkdir(parents=True)
        folder.claim()
        folder.write_record(record)
        return folder

    def write_record(self, record: RunRecord) -> None:
        """Write `run.json`, in place of what was there."""
        write_atomically(self.path / RUN_FILE, record.model_dump_json(indent=1))

    def trial_path(self, folder_name: str) -> Path:
        """Return where a trial's files are, or will be; absolute, for children with other cwds."""
        return (self.path / TRIALS / folder_name).absolute()

    def services_path(self, experiment: str) -> Path:
        """Make the folder for the logs of an experiment's services."""
        folder = (self.path / SERVICES / experiment).absolute()
        with storing_in(folder):
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    def tried_path(self, what: str, arm: Arm) -> Path:
        """Make a new folder for what a target leaves that is tried out before the trials."""
        tried = (self.path / TRIED).absolute()
        number = 1 + sum(1 for _ in tried.glob("*")) if tried.exists() else 1
        folder = arm_folder(tried / f"{number:03d}-{what}", arm)
        with storing_in(folder):
            folder.mkdir(parents=True)
        return folder

    def begin_trial(self, trial: PlannedTrial) -> Path:
        """Make an empty folder for a trial; what an unfinished attempt left there is removed."""
        folder = self.trial_path(trial.folder_name)
        with storing_in(folder):
            if folder.exists():
                shutil.rmtree(folder)
            for part in [folder] if trial.mode == "solo" else [arm_folder(folder, a) for a in ARMS]:
                part.mkdir(parents=True)
        return folder

    def set_aside(self, folder_name: str, record: TrialRecord) -> None:
        """Keep an attempt at a trial that does not count beside those that do."""
        aside = self.path / SET_ASIDE
        with storing_in(aside):
            aside.mkdir(exist_ok=True)
            number = 1 + sum(1 for _ in aside.glob(f"{folder_name}-*"))
            kept = aside / f"{folder_name}-{number}"
            self.trial_path(folder_name).rename(kept)
        write_atomically(kept / TRIAL_FILE, record.model_dump_json(indent=1))

    def has_trial(self, folder_name: str) -> bool:
        """Tell whether a trial is whole."""
        return exists(self.trial_path(folder_name) / TRIAL_FILE)

    def finish_trial(self, folder_name: str, record: TrialRecord) -> None:
        """Write `trial.json`: from now on the trial counts."""
        path = self.trial_path(folder_name) / TRIAL_FILE
        write_atomically(path, record.model_dump_json(indent=1))


def arm_folder(folder: Path, arm: Arm | None) -> Path:
    """Return where the raw records of one arm lie in a trial's folder.

    Both names have the same length, since targets get paths below in their environment, whose
    length alone moves memory about.
    """
    return folder if arm is None else folder / _ARM_FOLDERS[arm]


def remove_run(path: Path) -> None:
    """Remove a run folder with all that is in it.

    Raises:
        StorageError: it is no run folder, or can't be removed.
    """
    if not (path / RUN_FILE).is_file():
        raise StorageError(f"{path} is no run folder: it has no {RUN_FILE}.")
    folder = RunFolder(path)
    folder.claim()
    with storing_in(path):
        shutil.rmtree(path)
    folder.release()
