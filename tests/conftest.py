"""Builders that every folder of tests uses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.model.experiment import Experiment, ExperimentFile

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
