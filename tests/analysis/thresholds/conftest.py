"""A run of two variants whose trials have what a test cares about."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bench.analysis.thresholds.judging import judge_thresholds
from bench.model.caution import Caution, CautionCode
from bench.model.experiment import Experiment, ExperimentFile
from bench.model.load_level import Users
from bench.model.plan import Plan, PlannedStep, PlannedTrial
from bench.model.threshold import ThresholdVerdict
from bench.model.trial import JudgedStep, TrialRecord


class Judge:
    """Judges thresholds by records, of a plan for variants, levels and strata."""

    def __init__(self, build: Any) -> None:
        self.build = build
        self.numbers = 0

    def plan(self, thresholds: Any, **changes: Any) -> Plan:
        """Plan one trial of each variant in each stratum; duets where a mode says so."""
        users = changes.pop("users", (10,))
        strata = changes.pop("strata", ({},))
        variants = changes.pop("variants", ("async", "sync"))
        duet = {"mode": "duet", "baseline": "sync"} if changes.pop("duet", False) else {}
        grid: dict[str, list[Any]] = {}
        for stratum in strata:
            for name, value in stratum.items():
                grid.setdefault(name, []).append(value)
        file = ExperimentFile.model_validate(
            {
                "title": "Which is faster?",
                "flow": [{"path": "/"}],
                "load": {"users": [10, 20]},
                "strata": grid,
                "variants": {
                    "sync": {"command": ["serve"], "baseline": True},
                    "async": {"command": ["serve"]},
                    "other": {"command": ["serve"]},
                },
                "thresholds": thresholds,
            }
        )
        steps = tuple(
            PlannedStep(index=index, load=Users(users=count), window_s=10.0)
            for index, count in enumerate(users)
        )
        common = {"experiment": "shop", "repetition": 0, "seed": 1, "steps": steps}
        trials = [
            PlannedTrial(number=1, variant=variant, stratum=stratum, **common, **duet)
            for variant in variants
            for stratum in strata
        ]
        return Plan(
            name="shop",
            preset=None,
            seed=1,
            pin="auto",
            experiments=(Experiment(name="shop", path=Path("/shop.toml"), file=file),),
            trials=(*trials, PlannedTrial(number=9, variant="x", stratum={}, **_elsewhere(common))),
        )

    def trials(
        self, variant: str, values: Sequence[float | None], field: str = "p99_s", **record: Any
    ) -> list[TrialRecord]:
        """Return one trial per value, which its row of all has in a field."""
        records = []
        for repetition, value in enumerate(values):
            self.numbers += 1
            row = {field: value, "number": self.numbers} | record
            records.append(self.build.record(variant, repetition, **row))
        return records

    def climbs(
        self,
        variant: str,
        ladders: Sequence[Sequence[float | None]],
        field: str = "pss_bytes",
        users: Sequence[int] = (10, 20, 30),
        **record: Any,
    ) -> list[TrialRecord]:
        """Return one trial per ladder, with a step for each of its values."""
        records = []
        for repetition, values in enumerate(ladders):
            self.numbers += 1
            steps = [
                self.build.record(
                    variant,
                    repetition,
                    number=self.numbers,
                    load={"users": level},
                    **({field: value} | record),
                )
                for level, value in zip(users, values, strict=True)
            ]
            whole = tuple(step for each in steps for step in each.steps)
            records.append(steps[0].model_copy(update={"steps": whole}))
        return records

    def doubt(self, record: TrialRecord, *codes: CautionCode) -> TrialRecord:
        """Put the steps of a trial under doubt."""
        steps = tuple(
            JudgedStep(
                step=step.step,
                valid=not any(code.invalidates for code in codes),
                cautions=tuple(Caution(code=code, detail="as it were") for code in codes),
                rows=step.rows,
            )
            for step in record.steps
        )
        return record.model_copy(update={"steps": steps})

    def duet(self, candidate: TrialRecord, baseline: TrialRecord) -> TrialRecord:
        """Join two trials into one of two arms."""
        sides = {"baseline": baseline, "candidate": candidate}
        trials = {
            arm: side.trial.model_copy(
                update={"arm": arm, "mode": "duet", "number": candidate.trial.number}
            )
            for arm, side in sides.items()
        }
        steps = tuple(
            step.model_copy(update={"step": step.step.model_copy(update={"arm": arm})})
            for arm, side in sides.items()
            for step in side.steps
        )
        return TrialRecord(
            schema_version=3,
            trial=trials["baseline"],
            candidate=trials["candidate"],
            steps=steps,
        )

    def all(
        self, thresholds: Any, records: Sequence[TrialRecord], level: float = 0.95, **plan: Any
    ) -> tuple[ThresholdVerdict, ...]:
        """Judge, and return every verdict."""
        return judge_thresholds(self.plan(thresholds, **plan), records, level)

    def one(
        self, thresholds: Any, records: Sequence[TrialRecord], level: float = 0.95, **plan: Any
    ) -> ThresholdVerdict:
        """Judge one threshold in its only place."""
        (verdict,) = self.all(thresholds, records, level, **({"variants": ("async",)} | plan))
        return verdict


def _elsewhere(common: dict[str, Any]) -> dict[str, Any]:
    return common | {"experiment": "elsewhere"}


@pytest.fixture
def judge(build: Any) -> Judge:
    return Judge(build)
