"""Builders with defaults for everything that a report is made of."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any, get_args

import pytest
from rich.console import Console

from bench.model.caution import Caution
from bench.model.comparison import Comparison
from bench.model.condensed import CondensedRow, CondensedStreams, Spread
from bench.model.condition import Condition
from bench.model.environment import Environment
from bench.model.experiment import Experiment, ExperimentFile
from bench.model.knee import KneeEstimate
from bench.model.load_level import Users
from bench.model.plan import Placement, Plan, PlannedSearch, PlannedStep, PlannedTrial
from bench.model.run import RunDocument, RunRecord, StoredRun
from bench.model.summary import StepRow
from bench.model.trial import JudgedStep, MeasuredStep, MeasuredTrial, TrialRecord

Build = Callable[..., Any]

HOSTILE = "<b>[red]a|b*\n\x1b[2J\u202e@x=`"
"""HTML, rich markup, a table's pipe, Markdown, a newline, a terminal's code, right-to-left."""


@pytest.fixture
def hostile() -> str:
    return HOSTILE


@pytest.fixture
def make_console() -> Build:
    def make(width: int = 80, **settings: Any) -> Console:
        settings = {"color_system": None, "force_terminal": False, "height": 40} | settings
        return Console(file=StringIO(), width=width, **settings)

    return make


@pytest.fixture
def text_of() -> Callable[[Console], str]:
    def text(console: Console) -> str:
        assert isinstance(console.file, StringIO)
        return console.file.getvalue()

    return text


@pytest.fixture
def make_step() -> Build:
    optional = dict.fromkeys(
        name
        for name, field in StepRow.model_fields.items()
        if type(None) in get_args(field.annotation)
    )

    def make(**changes: Any) -> StepRow:
        values: dict[str, Any] = {
            **optional,
            "trial": 1,
            "experiment": "blocking-call",
            "variant": "blocking-client",
            "repetition": 0,
            "stratum": {},
            "mode": "solo",
            "load": Users(users=20),
            "valid": True,
            "cautions": (),
            "window_s": 6.0,
            "group": "users",
            "requests": 60,
            "throughput_per_s": 9.9,
            "error_ratio": 0.0,
            "errors": {},
            "censored": 0,
            "p50_s": 2.0,
            "p99_s": 2.1,
            "at_least": (),
            "observations": {},
        }
        return StepRow(**{**values, **changes})

    return make


@pytest.fixture
def make_row() -> Build:
    """Build a condensed row; a number stands for a spread without extent."""
    optional = dict.fromkeys(
        name
        for name, field in CondensedRow.model_fields.items()
        if type(None) in get_args(field.annotation)
    )

    def make(**changes: Any) -> CondensedRow:
        values: dict[str, Any] = {
            **optional,
            "experiment": "blocking-call",
            "variant": "blocking-client",
            "stratum": {},
            "mode": "solo",
            "load": Users(users=20),
            "group": "users",
            "valid": True,
            "trials": (1,),
            "invalid": (),
            "cautions": (),
            "requests": 60,
            "errors": {},
            **changes,
        }
        spreads = {
            name
            for name, field in CondensedRow.model_fields.items()
            if Spread in get_args(field.annotation)
        }
        for name in spreads:
            if isinstance(values[name], float | int):
                value = float(values[name])
                values[name] = Spread(median=value, low=value, high=value)
        return CondensedRow(**values)

    return make


@pytest.fixture
def make_streams() -> Build:
    """Build condensed streams; a number stands for a spread without extent."""

    def make(**changes: Any) -> CondensedStreams:
        counts = {"lost": 0, "duplicated": 0, "reordered": 0}
        spreads = dict.fromkeys(
            name for name in CondensedStreams.model_fields if name not in counts
        )
        given = {
            name: Spread(median=value, low=value, high=value)
            if name in spreads and isinstance(value, float | int)
            else value
            for name, value in changes.items()
        }
        return CondensedStreams(**{**spreads, **counts, **given})

    return make


@pytest.fixture
def make_comparison() -> Build:
    def make(**changes: Any) -> Comparison:
        values: dict[str, Any] = {
            "experiment": "blocking-call",
            "stratum": {},
            "load": Users(users=20),
            "quantity": "throughput_per_s",
            "candidate": "async-client",
            "baseline": "blocking-client",
            "ratio": 3.912,
            "low": 3.7,
            "high": 4.128,
            "level": 0.95,
            "sign_flip_p": 0.0625,
            "n": 5,
            "method": "Student's t on log ratios",
            "trials": (1, 2),
            "dropped": 0,
            "valid": True,
            "because": "",
        }
        return Comparison(**{**values, **changes})

    return make


@pytest.fixture
def make_knee() -> Build:
    def make(**changes: Any) -> KneeEstimate:
        values: dict[str, Any] = {
            "experiment": "blocking-call",
            "variant": "blocking-client",
            "stratum": {},
            "conditions": (
                Condition(quantity="p99", below=0.25),
                Condition(quantity="error_ratio", below=0.001),
            ),
            "rate_per_s": 198.4,
            "low_per_s": 195.0,
            "high_per_s": 201.2,
            "level": 0.95,
            "n": 3,
            "method": "t on logs",
            "trials": (1, 2, 3),
            "valid": True,
            "because": "",
        }
        return KneeEstimate(**{**values, **changes})

    return make


@pytest.fixture
def make_experiment() -> Build:
    def make(name: str = "blocking-call", **changes: Any) -> Experiment:
        values: dict[str, Any] = {
            "title": "A blocking client inside async def",
            "factor": "how the handler calls its upstream",
            "flow": [{"path": "/"}],
            "load": {"users": [1, 20]},
            "window": 6.0,
            "repetitions": 2,
            "variants": {
                "blocking-client": {"command": ["serve", "{port}"], "baseline": True},
                "async-client": {"command": ["serve", "--async", "{port}"]},
            },
        }
        file = ExperimentFile.model_validate({**values, **changes})
        return Experiment(name=name, path=Path("/lab/blocking_call.toml"), file=file)

    return make


@pytest.fixture
def make_planned() -> Build:
    def make(number: int = 1, **changes: Any) -> PlannedTrial:
        steps = tuple(
            PlannedStep(index=index, load=Users(users=users), window_s=6.0)
            for index, users in enumerate((1, 20))
        )
        values: dict[str, Any] = {
            "number": number,
            "experiment": "blocking-call",
            "variant": "blocking-client",
            "stratum": {},
            "repetition": 0,
            "seed": 7,
            "steps": steps,
        }
        return PlannedTrial(**{**values, **changes})

    return make


@pytest.fixture
def make_search(make_planned: Build) -> Build:
    """Build a planned trial that searches in place of climbing."""

    def make(number: int = 1, **changes: Any) -> PlannedTrial:
        search = PlannedSearch(
            conditions=(Condition(quantity="p99", below=0.25),),
            from_per_s=10,
            to_per_s=1000,
            window_s=6.0,
        )
        planned: PlannedTrial = make_planned(number, steps=(), search=search, **changes)
        return planned

    return make


@pytest.fixture
def make_duet(make_planned: Build) -> Build:
    """Build a planned trial of two arms."""

    def make(number: int = 1, **changes: Any) -> PlannedTrial:
        arms = {"mode": "duet", "variant": "async-client", "baseline": "blocking-client"}
        planned: PlannedTrial = make_planned(number, **arms | changes)
        return planned

    return make


@pytest.fixture
def make_plan(make_experiment: Build, make_planned: Build) -> Build:
    def make(**changes: Any) -> Plan:
        values: dict[str, Any] = {
            "name": "core",
            "preset": "quick",
            "seed": 42,
            "pin": "auto",
            "experiments": (make_experiment(),),
            "trials": (
                make_planned(1),
                make_planned(2, variant="async-client"),
                make_planned(3, repetition=1),
                make_planned(4, variant="async-client", repetition=1),
            ),
        }
        return Plan(**{**values, **changes})

    return make


@pytest.fixture
def make_environment() -> Build:
    optional = dict.fromkeys(
        name
        for name, field in Environment.model_fields.items()
        if type(None) in get_args(field.annotation)
    )

    def make(**changes: Any) -> Environment:
        values: dict[str, Any] = {
            **optional,
            "fingerprint": "f00d",
            "identity": {"cpu": "Test CPU"},
            "system": "Linux",
            "kernel": "6.1",
            "cpu_model": "Test CPU",
            "cores": 2,
            "usable_cores": (0, 1),
            "memory_bytes": 8 * 1024**3,
            "open_files_limit": 1024,
            "python": "3.11.9",
            "packages": {},
            "missing": (),
        }
        return Environment(**{**values, **changes})

    return make


@pytest.fixture
def make_judged(make_step: Build) -> Build:
    def make(index: int = 0, users: int = 20, **changes: Any) -> JudgedStep:
        step = MeasuredStep(
            index=index,
            load=Users(users=users),
            arm=changes.pop("arm", None),
            times=None,
            pilot_throughput_per_s=None,
            skipped=changes.pop("skipped", None),
        )
        cautions = tuple(
            Caution(code=code, detail=text) for code, text in changes.pop("doubts", ())
        )
        values = {"valid": True, "rows": (make_step(load=step.load),)}
        return JudgedStep(step=step, cautions=cautions, **{**values, **changes})

    return make


@pytest.fixture
def make_trial(make_judged: Build) -> Build:
    def make(number: int = 1, steps: tuple[JudgedStep, ...] = (), **changes: Any) -> TrialRecord:
        values: dict[str, Any] = {
            "number": number,
            "experiment": "blocking-call",
            "variant": "blocking-client",
            "stratum": {},
            "repetition": 0,
            "seed": 7,
            "started_at": "2025-01-01T00:00:00Z",
            "finished_at": "2025-01-01T00:01:00Z",
            "command": ("serve",),
            "placement": Placement(),
            "host": "127.0.0.1",
            "port": 8000,
            "ready_after_s": 0.5,
            "service_time_s": 0.1,
            "steps": (),
        }
        trial = MeasuredTrial(**{**values, **changes})
        return TrialRecord(schema_version=1, trial=trial, steps=steps or (make_judged(),))

    return make


@pytest.fixture
def make_run(make_plan: Build, make_environment: Build, make_trial: Build) -> Build:
    def make(**changes: Any) -> StoredRun:
        record = {
            "schema_version": 1,
            "run_id": "20250101T000000-core",
            "pairbench": "0.1.0",
            "argv": ("bench", "run"),
            "started_at": "2025-01-01T00:00:00Z",
            "attempt": 1,
            "git_commit": None,
            "git_dirty": None,
            "environment": make_environment(),
            "plan": make_plan(),
        }
        stored = {
            "path": Path("/results/20250101T000000-core"),
            "trials": (make_trial(),),
            "unfinished": (),
        }
        stored |= {key: changes.pop(key) for key in tuple(changes) if key in stored}
        return StoredRun(record=RunRecord(**{**record, **changes}), **stored)

    return make


@pytest.fixture
def make_document(make_environment: Build) -> Build:
    def make(**changes: Any) -> RunDocument:
        values: dict[str, Any] = {
            "schema_version": 1,
            "run_id": "20250101T000000-core",
            "path": "/results/20250101T000000-core",
            "environment": make_environment(),
            "steps": (),
            "comparisons": (),
        }
        return RunDocument(**{**values, **changes})

    return make
