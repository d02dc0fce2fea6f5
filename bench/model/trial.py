"""Trial records: what one trial did, step by step; `trial.json`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bench.model.caution import Caution
from bench.model.experiment import StratumValue
from bench.model.load_level import LoadLevel
from bench.model.plan import Placement
from bench.model.record import Record
from bench.model.summary import StepRow


class StepTimes(Record):
    """When a step's parts began and ended, on the machine's monotonic clock."""

    started_s: float
    opens_at_s: float
    closes_at_s: float
    drained_at_s: float


class MeasuredStep(Record):
    """A step as it was driven, before anybody looked at its numbers."""

    index: int
    load: LoadLevel
    arm: str | None = None
    times: StepTimes | None
    """None: the level was skipped, or the target died before its window closed."""
    pilot_throughput_per_s: float | None
    skipped: str | None
    """Why the level was not run."""


class MeasuredTrial(Record):
    """A trial as it was driven: the raw side of `trial.json`."""

    number: int
    experiment: str
    variant: str
    stratum: dict[str, StratumValue]
    repetition: int
    seed: int
    mode: Literal["solo", "duet"] = "solo"
    started_at: str
    """UTC, ISO 8601."""
    finished_at: str
    command: tuple[str, ...]
    placement: Placement
    services: dict[str, str] = Field(default_factory=dict)
    """What the services were, by name."""
    host: str
    port: int
    ready_after_s: float
    service_time_s: float | None
    """Median service time of one user alone, before load."""
    steps: tuple[MeasuredStep, ...]
    failure: str | None = None
    """Why the trial ended before its last step."""


class JudgedStep(Record):
    """A step with the doubts about it and its numbers, one row per request name and one for all."""

    step: MeasuredStep
    valid: bool
    cautions: tuple[Caution, ...]
    rows: tuple[StepRow, ...]


class TrialRecord(Record):
    """`trial.json`: written last, so that its presence means that the trial is whole."""

    schema_version: int
    trial: MeasuredTrial
    steps: tuple[JudgedStep, ...]
