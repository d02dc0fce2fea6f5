"""The built-in experiments are ordinary experiment files that name real apps."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bench.analysis.figures.misfits import find_figure_misfits
from bench.model.experiment import Experiment, ExperimentFile
from bench.model.figure import ForestFigure, VerdictsFigure
from bench.model.load_level import Users
from bench.model.narrowing import is_same_value
from bench.model.suite import Suite
from bench.model.threshold import find_misfits
from bench.planning.options import PlanOptions
from bench.planning.planning import make_plan

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SUITE = Suite.model_validate(tomllib.loads((SCENARIOS / "suite.toml").read_text()))
NAMES = sorted(path.stem for path in SCENARIOS.glob("*.toml") if path.name != "suite.toml")
CORE = ("io-concurrency", "blocking-call", "loop-stall", "database")
ENV = {
    "UPSTREAM_URL": "http://127.0.0.1:9",
    "DATABASE_URL": "postgresql://bench@127.0.0.1:9/bench",
}
EVIDENCE = [
    pytest.param(evidence, id=f"{name}-{number}")
    for name, claim in SUITE.claims.items()
    for number, evidence in enumerate(claim.evidence)
]


def experiment(name: str) -> Experiment:
    path = SCENARIOS / f"{name}.toml"
    file = ExperimentFile.model_validate(tomllib.loads(path.read_text()))
    return Experiment(name=name, path=path, file=file)


def test_sets_name_experiments_that_there_are() -> None:
    assert set(SUITE.sets) == {"core", "smoke", "article"}
    assert SUITE.sets["core"] == CORE
    assert {name for names in SUITE.sets.values() for name in names} <= set(NAMES)


def test_the_article_has_all_experiments_and_a_verdict_for_each_of_its_claims() -> None:
    assert sorted(SUITE.sets["article"]) == NAMES
    assert list(SUITE.claims) == [f"C{number:02d}" for number in range(1, 48)]


@pytest.mark.parametrize("name", NAMES)
def test_the_first_variant_is_the_baseline(name: str) -> None:
    built_in = experiment(name)
    assert built_in.baseline == next(iter(built_in.file.variants))
    assert all(built_in.ready_path(variant) == "/ping" for variant in built_in.file.variants)


@pytest.mark.parametrize("name", NAMES)
def test_an_experiment_says_what_its_variants_differ_in_and_what_the_article_needs(
    name: str,
) -> None:
    file = experiment(name).file
    assert file.factor
    assert "article" in file.presets


@pytest.mark.parametrize("name", SUITE.sets["smoke"])
def test_what_smoke_measures_is_chosen_for_it(name: str) -> None:
    assert "smoke" in experiment(name).file.presets


@pytest.mark.parametrize("name", [name for name in NAMES if not experiment(name).file.same.check])
def test_the_apps_of_an_experiment_can_be_imported_from_its_root(name: str) -> None:
    """In an interpreter of its own; those that are asked alike are started for that anyway."""
    built_in = experiment(name)
    strata = {
        f"STRATUM_{stratum.upper()}": str(values[0])
        for stratum, values in built_in.file.strata.items()
    }
    variants = [each for each in built_in.file.variants.values() if each.app is not None]
    own = {key: value for variant in variants for key, value in variant.env.items()}
    code = "".join(
        f"import {module} as module; assert callable(module.{app})\n"
        for module, _, app in {str(variant.app).partition(":") for variant in variants}
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=built_in.root,
        env={**ENV, **strata, **own, "PYTHONPATH": str(built_in.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in NAMES
        if name not in ("server-stack", "workers", "workers-search", "reload", "reload-jobs")
    ],
)
def test_all_uvicorns_of_an_experiment_are_configured_alike(name: str) -> None:
    """But for those whose factor it is, reload, which needs two, and options of WebSockets."""
    servers = {
        (variant.server.loop, variant.server.http, variant.server.workers)
        for variant in experiment(name).file.variants.values()
        if variant.server is not None and variant.server.name == "uvicorn"
    }
    assert len(servers) <= 1


@pytest.mark.parametrize("evidence", EVIDENCE)
def test_a_claim_looks_at_what_the_article_measures(evidence: object) -> None:
    from bench.model.claim import Evidence

    assert isinstance(evidence, Evidence)
    plan = make_plan("x", [experiment(evidence.experiment)], PlanOptions(preset="article"))
    file = plan.experiment(evidence.experiment).file
    model = "users" if file.load.users else "rate"
    assert not list(
        find_misfits(evidence, variants=tuple(file.variants), strata=file.strata, model=model)
    )
    levels = {step.load for trial in plan.trials for step in trial.steps}
    assert set(evidence.loads) <= levels
    for name, values in evidence.stratum.items():
        seen = [trial.stratum[name] for trial in plan.trials]
        assert all(any(is_same_value(value, one) for one in seen) for value in values)
    if evidence.check.subject.sloped:
        assert len([level for level in levels if isinstance(level, Users)]) >= 3
    names = {request.name or f"{request.method} {request.path}" for request in file.flow}
    if file.load.bystander is not None:
        names.add(f"GET {file.load.bystander.path}")
    assert evidence.name is None or evidence.name in names
    if file.duet:  # whose arms are the baseline and one other
        compared = {term.variant for term in evidence.check.terms}
        baseline = experiment(evidence.experiment).baseline
        assert len(compared) == 1 or (baseline in compared and len(compared) == 2)
    assert evidence.where


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_of_targets_says_what_is_compared_and_what_is_held_fixed(name: str) -> None:
    built_in = experiment(name)
    apps = [variant.app for variant in built_in.file.variants.values() if variant.app]
    if not apps:
        return
    folders = {app.split(".")[1] for app in apps}
    assert len(folders) == 1
    readme = (built_in.root / "targets" / folders.pop() / "README.md").read_text()
    assert "**Factor.**" in readme
    assert "**Held fixed" in readme
    assert "**What to expect.**" in readme
    assert name in (built_in.root / "targets/README.md").read_text() or "-" in name


def test_figures_fit_their_experiments_and_are_of_each_kind() -> None:
    for figure in SUITE.figures.values():
        if isinstance(figure, ForestFigure):
            assert set(figure.experiments) <= set(NAMES)
        elif not isinstance(figure, VerdictsFigure):
            assert not list(find_figure_misfits(figure, experiment(figure.experiment)))
    assert {figure.kind for figure in SUITE.figures.values()} == {
        *("lines", "bars", "spectrum", "trade-off", "timeline", "matrix", "forest", "verdicts"),
    }
