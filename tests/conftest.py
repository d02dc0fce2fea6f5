"""Builders that every folder of tests uses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.model.claim import EvidenceVerdict
from bench.model.experiment import Experiment, ExperimentFile
from bench.model.load_level import Users

BuildExperiment = Callable[..., Experiment]


@pytest.fixture
def experiment_document() -> dict[str, Any]:
    """Return the smallest experiment with two variants, as TOML would give it."""
    return {
        "title": "Threads or a loop?",
        "load": {"users": [1, 10]},
        "flow": [{"path": "/"}],
        "variants": {
            "threads": {"command": ["serve", "{port}"], "baseline": True},
            "loop": {"command": ["serve", "--loop", "{port}"]},
        },
    }


@pytest.fixture
def build_experiment(experiment_document: dict[str, Any]) -> BuildExperiment:
    """Return a builder of experiments: defaults, and what the test changes."""

    def build(name: str = "waiting", **changes: Any) -> Experiment:
        file = ExperimentFile.model_validate(experiment_document | changes)
        return Experiment(name=name, path=Path(f"/experiments/{name}.toml"), file=file)

    return build


@pytest.fixture
def build_evidence() -> Callable[..., EvidenceVerdict]:
    """Return a builder of what was found of a claim's check, held by default."""

    def build(**changes: Any) -> EvidenceVerdict:
        values: dict[str, Any] = {
            "experiment": "shop",
            "threshold": "loop.throughput > 2 * threads.throughput",
            "stratum": {"wait_ms": 100},
            "load": Users(users=400),
            "name": None,
            "variant": "loop",
            "quantity": "throughput",
            "against": "threads.throughput",
            "operator": ">",
            "bound": 2.0,
            "unit": "",
            "value": 4.91,
            "low": 4.8,
            "high": 5.02,
            "level": 0.95,
            "n": 5,
            "method": "t on logs",
            "trials": (1, 2),
            "dropped": 0,
            "verdict": "held",
            "because": "",
            "role": "holds",
            "where": "400 users",
            "run_id": "one",
        }
        return EvidenceVerdict(**values | changes)

    return build
