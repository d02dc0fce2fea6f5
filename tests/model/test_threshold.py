from __future__ import annotations

import doctest
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import bench.model.threshold
from bench.errors import ExperimentFileError
from bench.model.experiment import Experiment, ExperimentFile
from bench.model.load_level import ArrivalRate, Users
from bench.planning.options import PlanOptions
from bench.planning.parsing import parse_experiment
from bench.planning.planning import make_plan

BuildExperiment = Callable[..., Experiment]


def test_examples_in_docstrings_hold() -> None:
    assert doctest.testmod(bench.model.threshold).failed == 0


def test_a_check_alone_holds_everywhere(build_experiment: BuildExperiment) -> None:
    (threshold,) = build_experiment(thresholds=["p99 < 250ms"]).file.thresholds

    assert (str(threshold.check), threshold.loads, threshold.name) == ("p99 < 250ms", (), None)
    assert threshold.stratum == {}


def test_a_table_narrows_a_check(build_experiment: BuildExperiment) -> None:
    first, second, third = build_experiment(
        thresholds=[
            {"check": "p99 < 250ms", "users": 10, "name": "GET /"},
            {"check": "loop.p99 < 2 * threads.p99", "users": [1, 10], "stratum": {"rows": 5}},
            {"check": "p99 < 250ms", "stratum": {"rows": [5, 7]}},
        ],
        strata={"rows": [5]},
        presets={"quick": {"strata": {"rows": [7]}}, "smoke": {}},
    ).file.thresholds

    assert (first.loads, first.name) == ((Users(users=10),), "GET /")
    assert second.loads == (Users(users=1), Users(users=10))
    assert (second.stratum, third.stratum) == ({"rows": (5,)}, {"rows": (5, 7)})


def test_in_the_open_model_it_is_narrowed_to_rates(build_experiment: BuildExperiment) -> None:
    thresholds = {"check": "p99 < 250ms", "rate": 50}
    (threshold,) = build_experiment(load={"rate": [50]}, thresholds=thresholds).file.thresholds

    assert threshold.loads == (ArrivalRate(rate=50),)


@pytest.mark.parametrize(
    ("thresholds", "complaint"),
    [
        ("lop.p99 < 3ms", "is about 'lop', and no variant is; did you mean loop"),
        ("x.p99 < 3ms", "is about 'x', and no variant is; there are: threads, loop"),
        ("loop.p99 < 2 * treads.p99", "'treads'.*did you mean threads"),
        ({"check": "p99 < 3ms", "rate": 3}, "is narrowed to rate, and load has users"),
        ({"check": "p99 < 3ms", "users": 1, "rate": 3}, "not to both"),
        ({"check": "cpu < 3ms", "name": "GET /"}, "cpu is of all requests together"),
        ({"check": "p99 < 3ms", "stratum": {"row": 3}}, "no stratum has that; did you mean rows"),
        ({"check": "p99 < 3ms", "stratum": {"colour": 3}}, "no stratum has that; there are: rows"),
        ({"check": "p99 < 3ms", "stratum": {"rows": True}}, "rows is never True in the strata"),
        ({"check": "p99 < 3ms", "users": "ten"}, "valid integer"),
        ({"check": "p99 < 3ms", "user": 10}, "Extra inputs"),
        ({"users": 10}, "Field required"),
        (3, "valid tuple"),
    ],
)
def test_what_an_experiment_does_not_have_is_refused(
    build_experiment: BuildExperiment, thresholds: Any, complaint: str
) -> None:
    with pytest.raises(ValidationError, match=complaint):
        build_experiment(thresholds=thresholds, strata={"rows": [1]})


def test_a_search_has_no_levels_to_hold_at(build_experiment: BuildExperiment) -> None:
    with pytest.raises(ValidationError, match="load has a search"):
        build_experiment(thresholds="p99 < 3ms", load={"search": "p99 < 3ms"})


def test_without_strata_there_are_none_to_name(build_experiment: BuildExperiment) -> None:
    with pytest.raises(ValidationError, match="there are: none"):
        build_experiment(thresholds={"check": "p99 < 3ms", "stratum": {"rows": 3}})


def test_what_else_is_wrong_is_said_alone(experiment_document: dict[str, Any]) -> None:
    document = experiment_document | {"load": {}, "thresholds": ["nobody.p99 < 3ms"]}

    with pytest.raises(ValidationError) as caught:
        ExperimentFile.model_validate(document)

    assert [error["loc"] for error in caught.value.errors()] == [("load",)]


def test_a_file_that_was_dumped_is_read_back(build_experiment: BuildExperiment) -> None:
    thresholds = ["p99 < 3ms", {"check": "loop.cpu < threads.cpu", "users": 1}]
    file = build_experiment(thresholds=thresholds).file

    assert ExperimentFile.model_validate_json(file.model_dump_json()) == file
    assert ExperimentFile.model_validate(file.model_dump()) == file


def test_a_plan_for_some_of_the_variants_keeps_the_thresholds_of_all(
    build_experiment: BuildExperiment,
) -> None:
    experiment = build_experiment(
        variants={
            "threads": {"command": ["serve"], "baseline": True},
            "loop": {"command": ["serve"]},
            "other": {"command": ["serve"]},
        },
        thresholds=["other.p99 < 3ms"],
    )

    plan = make_plan("p", [experiment], PlanOptions(variants=("loop",)))

    (narrowed,) = plan.experiments
    assert narrowed.file.variants.keys() == {"threads", "loop"}
    assert narrowed.file.thresholds == experiment.file.thresholds


def test_a_file_with_a_wrong_threshold_names_it() -> None:
    text = """
title = "t"
thresholds = ["p99 < 3ms", "p99 < 3"]
load = { users = [1] }
flow = [{ path = "/" }]
variants.mine.command = ["serve"]
"""
    with pytest.raises(ExperimentFileError) as caught:
        parse_experiment(text, Path("/x/shop.toml"))

    (said,) = caught.value.evidence
    assert said.startswith("thresholds.1.check: the bound in 'p99 < 3' has no unit")


def test_the_schema_takes_texts_and_tables() -> None:
    schema = ExperimentFile.model_json_schema()
    items = schema["properties"]["thresholds"]["items"]

    assert [each.get("type", each.get("$ref")) for each in items["anyOf"]] == [
        "string",
        "#/$defs/Threshold",
    ]
    assert schema["$defs"]["Threshold"]["properties"]["check"]["type"] == "string"
