"""A gate under way: its run folder, its trials so far, and what is left of its budget."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bench.cli.measuring import Announce, measure_trial
from bench.errors import TargetDiedError
from bench.execution.trials.setting import TrialSetting
from bench.model.plan import PlannedTrial
from bench.model.run import RunRecord
from bench.model.trial import TrialRecord
from bench.storage.run_folder import RunFolder


@dataclass
class GateSession:
    """What the stages of a gate share, and add to."""

    folder: RunFolder
    record: RunRecord
    budget_s: float
    announce: Announce
    clock: Callable[[], float] = time.monotonic
    records: list[TrialRecord] = field(default_factory=list)
    """The duets, or the trials of a candidate alone; a pilot is not among them."""
    notices: list[str] = field(default_factory=list)
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    began_s: float = 0.0
    measuring_since_s: float | None = None
    """When the first trial that counts began."""

    def __post_init__(self) -> None:
        self.began_s = self.clock()

    @property
    def setup_s(self) -> float:
        """How long it took until the first trial that counts began."""
        return (self.measuring_since_s or self.clock()) - self.began_s

    @property
    def elapsed_s(self) -> float:
        """Seconds since the first trial that counts began."""
        return 0.0 if self.measuring_since_s is None else self.clock() - self.measuring_since_s

    def share_s(self, left: int) -> float:
        """Return when an even share of what is left of the budget ends, of so many that want it."""
        return self.elapsed_s + (self.budget_s - self.elapsed_s) / left

    def has_time(self, share_s: float | None = None) -> bool:
        """Tell whether one more trial fits the budget, or a part of it that ends after so long."""
        if not self.records:
            return True
        each_s = self.elapsed_s / len(self.records)
        return self.elapsed_s + each_s <= (self.budget_s if share_s is None else share_s)

    async def measure(self, setting: TrialSetting, planned: PlannedTrial) -> TrialRecord:
        """Measure a duet, or a trial of the candidate alone, that counts.

        Raises:
            TargetError: a target did not start, answered wrongly, or died; it names the arm.
            GeneratorError: a driver failed.
        """
        if self.measuring_since_s is None:
            self.measuring_since_s = self.clock()
        record = await self.measure_beside(setting, planned)
        self.records.append(record)
        return record

    async def measure_beside(self, setting: TrialSetting, planned: PlannedTrial) -> TrialRecord:
        """Measure a trial that is kept and counts for nothing, such as a pilot."""
        plan = self.record.plan
        trial = planned.model_copy(update={"number": len(plan.trials) + 1})
        self.record = self.record.model_copy(
            update={"plan": plan.model_copy(update={"trials": (*plan.trials, trial)})}
        )
        self.folder.write_record(self.record)
        record = await measure_trial(setting, trial, self.folder)
        self._refuse_death(record)
        return record

    def _refuse_death(self, record: TrialRecord) -> None:
        for trial in record.arms:
            if trial.failure is not None:
                error = TargetDiedError(
                    f"{trial.experiment}/{trial.variant}, trial {trial.number}: {trial.failure}",
                    hint=f"See target.log in the trial's folder below {self.folder.path}.",
                )
                error.arm = trial.arm
                raise error
