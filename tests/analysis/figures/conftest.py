"""A stored run of one experiment, whose trials have what a test cares about."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bench.model.environment import Environment
from bench.model.experiment import Experiment, ExperimentFile
from bench.model.plan import Plan, PlannedStep, PlannedTrial
from bench.model.run import RunRecord, StoredRun
from bench.model.trial import TrialRecord


class Runs:
    """Makes runs out of trial records."""

    def __init__(self, build: Any) -> None:
        self.build = build
        self.numbers = 0

    def experiment(self, name: str = "shop", **changes: Any) -> Experiment:
        document = {
            "title": "Which is faster?",
            "flow": [{"path": "/"}],
            "load": {"users": [10, 20, 40]},
            "variants": {
                "sync": {"command": ["serve"], "baseline": True},
                "async": {"command": ["serve"]},
            },
        }
        file = ExperimentFile.model_validate(document | changes)
        return Experiment(name=name, path=Path(f"/{name}.toml"), file=file)

    def climb(
        self, variant: str, ladder: dict[float, dict[str, Any]], repetition: int = 0, **trial: Any
    ) -> TrialRecord:
        """Return a trial with a step for each level, whose row of all has these numbers."""
        self.numbers += 1
        model = trial.pop("model", "users")
        records = [
            self.build.record(
                variant,
                repetition,
                number=self.numbers,
                load={model: level},
                trial=dict(trial),
                **row,
            )
            for level, row in ladder.items()
        ]
        steps = tuple(
            step.model_copy(update={"step": step.step.model_copy(update={"index": index})})
            for index, record in enumerate(records)
            for step in record.steps
        )
        return records[0].model_copy(update={"steps": steps})

    def run(
        self,
        records: Sequence[TrialRecord],
        experiments: Sequence[Experiment] = (),
        **record: Any,
    ) -> StoredRun:
        known = tuple(experiments) or (self.experiment(),)
        plan = Plan(
            name="shop",
            preset=None,
            seed=1,
            pin="auto",
            experiments=known,
            trials=tuple(self._planned(each) for each in records),
        )
        values: dict[str, Any] = {
            "schema_version": 3,
            "run_id": "one",
            "pairbench": "0.1.0",
            "argv": ("run",),
            "started_at": "2026-01-01T00:00:00Z",
            "attempt": 1,
            "git_commit": None,
            "git_dirty": None,
            "environment": _environment(),
            "plan": plan,
        }
        return StoredRun(
            path=Path("/results/one"),
            record=RunRecord(**values | record),
            trials=tuple(records),
            unfinished=(),
        )

    def _planned(self, record: TrialRecord) -> PlannedTrial:
        trial = record.trial
        return PlannedTrial(
            number=trial.number,
            experiment=trial.experiment,
            variant=trial.variant,
            stratum=trial.stratum,
            repetition=trial.repetition,
            seed=1,
            steps=tuple(
                PlannedStep(index=step.step.index, load=step.step.load, window_s=10.0)
                for step in record.steps
            ),
        )


def _environment() -> Environment:
    fields: dict[str, Any] = dict.fromkeys(Environment.model_fields)
    return Environment(
        **fields
        | {
            "fingerprint": "f00d",
            "identity": {},
            "system": "Linux",
            "kernel": "6",
            "cpu_model": "CPU",
            "cores": 2,
            "usable_cores": (0, 1),
            "memory_bytes": 2**33,
            "open_files_limit": 1024,
            "python": "3.11.9",
            "packages": {},
            "missing": (),
        }
    )


@pytest.fixture
def runs(build: Any) -> Runs:
    return Runs(build)
