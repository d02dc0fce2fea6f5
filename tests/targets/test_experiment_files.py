"""The built-in experiments are ordinary experiment files that name real apps."""

from __future__ import annotations

import importlib
import tomllib
from pathlib import Path

import pytest

from bench.model.experiment import Experiment, ExperimentFile
from bench.model.suite import Suite

SCENARIOS = Path(__file__).parents[2] / "scenarios"
NAMES = ("io-concurrency", "blocking-call", "loop-stall", "database")
VARIANTS = {
    "io-concurrency": ("wsgi-threads", "asgi-threadpool", "asgi-async"),
    "blocking-call": ("blocking-client", "async-client", "threadpool-def", "offloaded"),
    "loop-stall": ("inline-sleep", "awaited-sleep", "offloaded-sleep", "def-sleep"),
    "database": ("sync-sqlalchemy", "async-sqlalchemy", "raw-asyncpg"),
}


def experiment(name: str) -> Experiment:
    path = SCENARIOS / f"{name}.toml"
    file = ExperimentFile.model_validate(tomllib.loads(path.read_text()))
    return Experiment(name=name, path=path, file=file)


def test_the_core_set_is_the_four_experiments_and_each_set_names_files() -> None:
    sets = Suite.model_validate(tomllib.loads((SCENARIOS / "suite.toml").read_text())).sets
    assert set(sets) == {"core", "smoke", "article"}
    assert sets["core"] == NAMES
    assert all((SCENARIOS / f"{name}.toml").is_file() for names in sets.values() for name in names)


@pytest.mark.parametrize("name", NAMES)
def test_an_experiment_has_its_variants_and_the_first_is_the_baseline(name: str) -> None:
    built_in = experiment(name)
    assert tuple(built_in.file.variants) == VARIANTS[name]
    assert built_in.baseline == VARIANTS[name][0]
    assert all(built_in.ready_path(variant) == "/ping" for variant in built_in.file.variants)
    assert {"quick", "smoke"} <= set(built_in.file.presets)


@pytest.mark.parametrize("name", NAMES)
def test_an_experiment_names_apps_that_can_be_imported_from_its_root(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    built_in = experiment(name)
    monkeypatch.syspath_prepend(built_in.root)
    monkeypatch.setenv("UPSTREAM_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("DATABASE_URL", "postgresql://bench@127.0.0.1:9/bench")
    for stratum, values in built_in.file.strata.items():
        monkeypatch.setenv(f"STRATUM_{stratum.upper()}", str(values[0]))
    for variant in built_in.file.variants.values():
        module, _, app = str(variant.app).partition(":")
        assert callable(getattr(importlib.import_module(module), app))


@pytest.mark.parametrize("name", NAMES)
def test_all_uvicorns_of_an_experiment_are_configured_alike(name: str) -> None:
    servers = (variant.server for variant in experiment(name).file.variants.values())
    assert len({server for server in servers if server and server.name == "uvicorn"}) == 1
