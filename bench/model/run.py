"""Run records: `run.json`, and a stored run as a whole."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from bench.model.calibration import Calibration
from bench.model.comparison import Comparison
from bench.model.environment import Environment
from bench.model.knee import KneeEstimate
from bench.model.plan import Plan
from bench.model.record import Record
from bench.model.summary import StepRow
from bench.model.threshold import ThresholdVerdict
from bench.model.trial import TrialRecord

SCHEMA_VERSION = 3
"""Version of the run folder's format. 2: workers, streams, knees, calibration. 3: duets, gates."""


class RunRecord(Record):
    """`run.json`: what was asked for, where, and by which version of the code."""

    schema_version: int
    run_id: str
    pairbench: str
    argv: tuple[str, ...]
    started_at: str
    attempt: int
    """1 for the first, one more for each resumption."""
    git_commit: str | None
    git_dirty: bool | None
    environment: Environment
    plan: Plan
    skipped: dict[str, str] = Field(default_factory=dict)
    """Why an experiment of the plan is not run on this machine, by its name."""
    calibration: Calibration | None = None
    """What this machine's generator can do, where `bench calibrate` has measured it."""


class StoredRun(Record):
    """A run folder as it was read: what was asked for, and the trials that are whole."""

    path: Path
    record: RunRecord
    trials: tuple[TrialRecord, ...]
    unfinished: tuple[int, ...]
    """Numbers of planned trials that have no record yet."""


class RunDocument(Record):
    """The one JSON document that `--json` prints of a run."""

    schema_version: int
    run_id: str
    path: str
    environment: Environment
    steps: tuple[StepRow, ...]
    comparisons: tuple[Comparison, ...]
    knees: tuple[KneeEstimate, ...] = ()
    """Of experiments that search for the highest rate that holds."""
    thresholds: tuple[ThresholdVerdict, ...] = ()
    """Of experiments that have some: each in every place that it holds for."""
