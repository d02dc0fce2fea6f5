"""Progress: what happens during a run, told as it happens to whoever shows it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bench.model.knee import Attempt, Knee
from bench.model.load_level import LoadLevel
from bench.model.plan import PlannedTrial
from bench.model.record import Record
from bench.model.trial import JudgedStep

StepPhase = Literal["pilot", "warm-up", "window", "drain"]


class TrialBegan(Record):
    """A trial begins: its target is about to be started."""

    trial: PlannedTrial


class StepPhaseBegan(Record):
    """A step came to its next phase, which will last about `expected_s`."""

    trial: PlannedTrial
    step: int
    load: LoadLevel
    phase: StepPhase
    expected_s: float


class LiveNumbers(Record):
    """What generator and watcher see at the moment; None where nothing was seen yet."""

    t_s: float
    throughput_per_s: float | None
    p99_s: float | None
    errors: int
    outcomes: dict[str, int] = Field(default_factory=dict)
    """The errors by what became of them, where the driver tells."""
    in_flight: int
    target_cpu_ratio: float | None
    target_rss_bytes: int | None
    generator_cpu_ratio: float | None


class StepSearched(Record):
    """A step of a search is over: whether its rate held."""

    trial: PlannedTrial
    step: int
    attempt: Attempt


class TrialEnded(Record):
    """A trial is over and stored."""

    trial: PlannedTrial
    steps: tuple[JudgedStep, ...]
    failure: str | None
    knee: Knee | None = None


class Notice(Record):
    """Something to know, in words."""

    text: str


ProgressEvent = TrialBegan | StepPhaseBegan | LiveNumbers | StepSearched | TrialEnded | Notice
