"""Builders of records with defaults: a closed step of 10 users with a window of 10 s."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import settings

from bench.analysis.evidence import StepEvidence, gather_evidence
from bench.model.answers import Answer
from bench.model.arm import ARMS, Arm
from bench.model.experiment import ExperimentFile
from bench.model.plan import Placement
from bench.model.reading import MachineReading, Observation, ProcessReading
from bench.model.slices import (
    CensoredRequests,
    FailureText,
    GeneratorSlice,
    RequestSlice,
    ScheduleSlice,
    StreamSlice,
)
from bench.model.summary import StepRow
from bench.model.trial import (
    GeneratorWorker,
    JudgedStep,
    MeasuredStep,
    MeasuredTrial,
    StepTimes,
    TrialRecord,
)

# An example may take as long as the machine makes it: no test asserts a timing.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

STARTED_S = 100.0
OPENS_S = 102.0
CLOSES_S = 112.0


class Build:
    """Makes records out of what a test cares about."""

    def encoded(self, values_us: Iterable[int]) -> str:
        histogram = HdrHistogram(1, 3_600_000_000, 3)
        for value_us in values_us:
            assert histogram.record_value(value_us)
        return histogram.encode().decode()

    def step(self, **changes: Any) -> MeasuredStep:
        times = StepTimes(
            started_s=STARTED_S, opens_at_s=OPENS_S, closes_at_s=CLOSES_S, drained_at_s=113.0
        )
        fields = {
            "index": 0,
            "load": {"users": 10},
            "times": times,
            "pilot_throughput_per_s": None,
            "skipped": None,
        }
        return MeasuredStep(**fields | changes)

    def trial(self, *steps: MeasuredStep, **changes: Any) -> MeasuredTrial:
        fields = {
            "number": 1,
            "experiment": "shop",
            "variant": "async",
            "stratum": {},
            "repetition": 0,
            "seed": 7,
            "started_at": "2026-01-01T00:00:00Z",
            "finished_at": "2026-01-01T00:01:00Z",
            "command": ("serve",),
            "placement": Placement(target=(0,), generator=(1,), services=(1,)),
            "host": "127.0.0.1",
            "port": 8000,
            "ready_after_s": 0.5,
            "service_time_s": 0.1,
            "steps": steps or (self.step(),),
        }
        return MeasuredTrial(**fields | changes)

    def file(self, max_error_ratio: float = 0.0) -> ExperimentFile:
        return ExperimentFile.model_validate(
            {
                "title": "Which is faster?",
                "scenario": "shop.py",
                "load": {"users": [10], "max_error_ratio": max_error_ratio},
                "variants": {"async": {"command": ["serve"]}},
            }
        )

    def requests(self, values_us: Sequence[int] = (), **changes: Any) -> RequestSlice:
        """Requests with these response times that were sent and ended in one slice."""
        fields = {
            "step": 0,
            "phase": "window",
            "slice": 2,
            "group": "users",
            "name": "GET /",
            "outcome": "ok",
            "requests": len(values_us),
            "completed": len(values_us),
            "bytes_received": 0,
            "response_us": self.encoded(values_us) if values_us else None,
            "service_us": None,
        }
        return RequestSlice(**fields | changes)

    def steady(self, per_slice: int = 10, value_us: int = 1_000_000, **changes: Any):
        """Return the same requests in each of the window's ten slices."""
        return [
            self.requests([value_us] * per_slice, **{"slice": index} | changes)
            for index in range(2, 12)
        ]

    def generator(self, **changes: Any) -> GeneratorSlice:
        fields = {
            "step": 0,
            "phase": "window",
            "slice": 2,
            "loop_lag_us": None,
            "cpu_s": 0.0,
            "core_wait_s": None,
            "in_flight": 0,
            "think_s": 0.0,
        }
        return GeneratorSlice(**fields | changes)

    def schedule(self, **changes: Any) -> ScheduleSlice:
        fields = {
            "step": 0,
            "phase": "window",
            "slice": 2,
            "group": "users",
            "scheduled": 0,
            "late": 0,
            "dropped": 0,
        }
        return ScheduleSlice(**fields | changes)

    def failure(self, text: str = "refused", count: int = 1, **changes: Any) -> FailureText:
        fields = {
            "step": 0,
            "phase": "window",
            "slice": 2,
            "group": "users",
            "name": "GET /",
            "outcome": "check-failed",
            "text": text,
            "count": count,
        }
        return FailureText(**fields | changes)

    def stream(self, events: int = 0, **changes: Any) -> StreamSlice:
        fields = {
            "step": 0,
            "phase": "window",
            "slice": 2,
            "name": "SSE /",
            "events": events,
            "lost": 0,
            "duplicated": 0,
            "reordered": 0,
            "open": 0,
            "first_event_us": None,
            "gap_us": None,
            "delivery_us": None,
        }
        return StreamSlice(**fields | changes)

    def streaming(self, per_slice: int = 10, **changes: Any):
        """Return the same events in each of the window's ten slices."""
        return [self.stream(per_slice, **{"slice": index} | changes) for index in range(2, 12)]

    def worker(self, index: int = 0, **changes: Any) -> GeneratorWorker:
        fields = {
            "index": index,
            "name": f"w{index}",
            "host": "127.0.0.1",
            "pid": 50 + index,
            "seed": 7,
            "version": "0.1.0",
            "clock_offset_s": 0.0,
            "clock_error_s": 0.0,
        }
        return GeneratorWorker(**fields | changes)

    def censored(self, count: int = 1, **changes: Any) -> CensoredRequests:
        fields = {
            "step": 0,
            "group": "users",
            "name": "GET /",
            "count": count,
            "age_us": self.encoded([5_000] * count),
        }
        return CensoredRequests(**fields | changes)

    def reading(self, **changes: Any) -> ProcessReading:
        fields = dict.fromkeys(
            (
                "edge",
                "rss_bytes",
                "pss_bytes",
                "uss_bytes",
                "vms_bytes",
                "cpu_s",
                "threads",
                "fds",
                "voluntary_switches",
                "involuntary_switches",
            )
        )
        fields |= {"t_s": 105.0, "step": 0, "subject": "target", "pids": (41,), "cost_s": 0.0}
        return ProcessReading(**fields | changes)

    def edges(self, before: dict[str, Any], after: dict[str, Any], **changes: Any):
        """Return the two readings at the window's edges."""
        return [
            self.reading(**{"edge": "opens", "t_s": OPENS_S} | before | changes),
            self.reading(**{"edge": "closes", "t_s": CLOSES_S} | after | changes),
        ]

    def machine(self, edge: str | None, **changes: Any) -> MachineReading:
        fields = {
            "t_s": OPENS_S,
            "step": 0,
            "edge": edge,
            "steal_s": None,
            "busy_s": 0.0,
            "load_1min": None,
            "swapped_pages": None,
            "throttled_s": None,
        }
        return MachineReading(**fields | changes)

    def observation(self, value: float, **changes: Any) -> Observation:
        fields = {"t_s": 105.0, "name": "loop_lag", "value": value, "unit": "s"}
        return Observation(**fields | changes)

    def evidence(
        self, *lines: Any, step: dict[str, Any] | None = None, **trial: Any
    ) -> StepEvidence:
        """Gather slices, readings and observations into the evidence of one step."""
        measured = self.trial(self.step(**step or {}), **trial)
        readings = [line for line in lines if isinstance(line, ProcessReading | MachineReading)]
        told = [line for line in lines if isinstance(line, Observation)]
        slices = [line for line in lines if line not in readings and line not in told]
        (evidence,) = gather_evidence(measured, slices, readings, told)
        return evidence

    def row(self, **changes: Any) -> StepRow:
        fields: dict[str, Any] = dict.fromkeys(StepRow.model_fields)
        fields |= {
            "trial": 1,
            "experiment": "shop",
            "variant": "async",
            "repetition": 0,
            "stratum": {},
            "mode": "solo",
            "load": {"users": 10},
            "valid": True,
            "cautions": (),
            "window_s": 10.0,
            "group": "users",
            "requests": 1000,
            "errors": {},
            "censored": 0,
            "failures": (),
            "at_least": (),
            "thin": (),
            "observations": {},
        }
        return StepRow(**fields | changes)

    def record(
        self,
        variant: str,
        repetition: int,
        *,
        number: int = 1,
        load: dict[str, float] | None = None,
        valid: bool = True,
        trial: dict[str, Any] | None = None,
        other_rows: Sequence[StepRow] = (),
        **row: Any,
    ) -> TrialRecord:
        """Return the record of a trial with one step, whose row of all has these numbers."""
        step = self.step(load=load or {"users": 10})
        rows = (self.row(load=step.load, valid=valid, **row), *other_rows)
        measured = self.trial(
            step, **{"variant": variant, "repetition": repetition, "number": number} | (trial or {})
        )
        judged = JudgedStep(step=step, valid=valid, cautions=(), rows=rows)
        return TrialRecord(schema_version=1, trial=measured, steps=(judged,))

    def duet(self, candidate: TrialRecord, baseline: TrialRecord) -> TrialRecord:
        """Join the records of two trials as the arms of one, which has the baseline's number."""
        joined = [
            _as_arm(record, arm, baseline.trial.number)
            for record, arm in zip((baseline, candidate), ARMS, strict=True)
        ]
        return TrialRecord(
            schema_version=3,
            trial=joined[0].trial,
            candidate=joined[1].trial,
            steps=(*joined[0].steps, *joined[1].steps),
        )

    def answer(self, body_base64: str = "", **changes: Any) -> Answer:
        fields = {
            "method": "GET",
            "path": "/x",
            "name": "x",
            "status": 200,
            "headers": (),
            "body_base64": body_base64,
            "error": None,
            "service_s": 0.001,
        }
        return Answer(**fields | changes)


def _as_arm(record: TrialRecord, arm: Arm, number: int) -> TrialRecord:
    trial = record.trial.model_copy(update={"mode": "duet", "arm": arm, "number": number})
    steps = (
        judged.model_copy(update={"step": judged.step.model_copy(update={"arm": arm})})
        for judged in record.steps
    )
    return record.model_copy(update={"trial": trial, "steps": tuple(steps)})


@pytest.fixture
def build() -> Build:
    return Build()
