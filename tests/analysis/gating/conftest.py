"""Builders of duets with defaults: one closed step of 10 users, the same numbers in both arms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from bench.model.caution import Caution, CautionCode
from bench.model.experiment import ExperimentFile
from bench.model.summary import StepRow
from bench.model.trial import JudgedStep, TrialRecord

NUMBERS: dict[str, Any] = {
    "throughput_per_s": 1000.0,
    "cpu_s_per_request": 0.001,
    "rss_bytes": 100_000_000,
    "pss_bytes": 80_000_000,
    "p50_s": 0.050,
    "p90_s": 0.080,
    "p95_s": 0.090,
    "p99_s": 0.100,
    "error_ratio": 0.0,
}
CLOSED = {"users": 10}
OPEN = {"rate": 100.0}

NOISE = (0.004, -0.004, 0.002, -0.002, 0.003, -0.003, 0.001, -0.001)
"""Eight log ratios whose mean is 0."""


class Duet:
    """Makes the records of duets out of what a test cares about."""

    def __init__(self, build: Any) -> None:
        self.build = build

    def row(self, **changes: Any) -> StepRow:
        return self.build.row(**NUMBERS | changes)

    def step(
        self,
        arm: str,
        index: int = 0,
        load: dict[str, float] | None = None,
        cautions: Sequence[CautionCode] = (),
        bystander: dict[str, Any] | None = None,
        **row: Any,
    ) -> JudgedStep:
        """Return one arm's step whose row of all has these numbers."""
        told = tuple(Caution(code=code, detail="") for code in cautions)
        valid = not any(code.invalidates for code in cautions)
        known = {"arm": arm, "mode": "duet", "load": load or CLOSED, "valid": valid}
        rows = [self.row(**known | {"cautions": tuple(cautions)} | row)]
        if bystander is not None:
            rows.append(self.build.row(**known, group="bystander", name="GET /ping", **bystander))
        measured = self.build.step(index=index, arm=arm, load=load or CLOSED)
        return JudgedStep(step=measured, valid=valid, cautions=told, rows=tuple(rows))

    def record(self, *steps: JudgedStep, number: int = 1, **trial: Any) -> TrialRecord:
        """Return the record of one duet."""
        arms = [
            self.build.trial(number=number, mode="duet", arm=arm, **trial)
            for arm in ("baseline", "candidate")
        ]
        return TrialRecord(schema_version=3, trial=arms[0], candidate=arms[1], steps=steps)

    def trial(
        self,
        number: int = 1,
        *,
        baseline: dict[str, Any] | None = None,
        candidate: dict[str, Any] | None = None,
        trial: dict[str, Any] | None = None,
    ) -> TrialRecord:
        """Return a duet of one step; the arms differ in what is given."""
        steps = (self.step("baseline", **baseline or {}), self.step("candidate", **candidate or {}))
        return self.record(*steps, number=number, **trial or {})

    def trials(self, log_ratios: Sequence[float], *, first: int = 1, **trial: Any) -> list[Any]:
        """Return duets whose candidates need so much more time for a request (and CPU)."""
        return [
            self.trial(number, candidate=self.slower(log_ratio), trial=trial)
            for number, log_ratio in enumerate(log_ratios, first)
        ]

    def slower(self, log_ratio: float) -> dict[str, float]:
        factor = 2.718281828459045**log_ratio
        return {"throughput_per_s": 1000.0 / factor, "cpu_s_per_request": 0.001 * factor}

    def file(self, *, gate: dict[str, Any] | None = None, **load: Any) -> ExperimentFile:
        return ExperimentFile.model_validate(
            {
                "title": "Which is faster?",
                "scenario": "shop.py",
                "load": (CLOSED_LADDER if "rate" not in load else {}) | load,
                "variants": {"async": {"command": ["serve"]}},
                "gate": gate or {},
            }
        )


CLOSED_LADDER = {"users": [10]}


@pytest.fixture
def duet(build: Any) -> Duet:
    return Duet(build)


@pytest.fixture
def noise() -> tuple[float, ...]:
    return NOISE
