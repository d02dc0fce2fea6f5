from __future__ import annotations

import doctest
from pathlib import Path

import pytest

import bench.model.condition
from bench.errors import ExperimentFileError
from bench.model.condition import Condition, parse_condition
from bench.model.experiment import Load
from bench.planning.parsing import parse_experiment


def test_examples_in_docstrings_hold() -> None:
    assert doctest.testmod(bench.model.condition).failed == 0


def test_one_condition_stands_for_a_list_of_one() -> None:
    assert Load.model_validate({"search": "p99 < 250ms"}).search == (
        Condition(quantity="p99", below=0.25),
    )


def test_several_conditions_are_kept_in_their_order() -> None:
    load = Load.model_validate({"search": ["max<2s", "error_ratio < 0.1%", "mean < 30ms"]})
    assert [(each.quantity, each.below) for each in load.search] == [
        ("max", 2.0),
        ("error_ratio", 0.001),
        ("mean", 0.03),
    ]
    assert [str(each) for each in load.search] == [
        "max < 2s",
        "error_ratio < 0.1%",
        "mean < 30ms",
    ]


def test_a_load_that_was_dumped_is_read_back() -> None:
    load = Load.model_validate({"search": ["p95 < 1s", "error_ratio < 1%"]})
    assert Load.model_validate_json(load.model_dump_json()) == load


def test_a_condition_names_the_field_of_a_row_that_it_bounds() -> None:
    assert [Condition(quantity=each, below=1).field for each in ("p999", "error_ratio")] == [
        "p999_s",
        "error_ratio",
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("p99 > 250ms", "a condition is like"),
        ("p42 < 250ms", "'p42' can't be bounded"),
        ("p99 < soon", "is no duration"),
        ("p99 < 250", "has no unit"),
        ("p99 < 0ms", "is above 0"),
        ("error_ratio < 0.1% or so", "is no ratio"),
        ("error_ratio < few", "write 0.001 or 0.1%"),
        ("error_ratio < 150%", "at most 1 or 100%"),
    ],
)
def test_what_is_no_condition_is_refused_in_words(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_condition(text)


def test_a_file_with_a_wrong_condition_names_the_key() -> None:
    text = """
title = "t"
load = { search = "p42 < 3ms" }
flow = [{ path = "/" }]
variants.mine.command = ["serve"]
"""
    with pytest.raises(ExperimentFileError) as caught:
        parse_experiment(text, Path("/x/shop.toml"))
    (said,) = caught.value.evidence
    assert said.startswith("load.search.0: 'p42' can't be bounded in 'p42 < 3ms'; these can: p50,")
