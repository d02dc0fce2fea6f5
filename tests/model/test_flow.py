from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from bench.model.experiment import ExperimentFile
from bench.model.flow import FlowRequest, SeededValue


def test_a_request_knows_the_values_it_uses_wherever_they_stand() -> None:
    request = FlowRequest.model_validate(
        {
            "path": "/${a}",
            "headers": {"x": "${b}"},
            "json": {"${c}": [{"n": "${d}"}, 1]},
            "expect": {"body": "${e} $${f}"},
        }
    )
    assert request.uses == {"a", "b", "c", "d", "e"}


@pytest.mark.parametrize(
    "fields",
    [
        {"path": "no-slash"},
        {"path": "/", "json": 1, "body": "x"},
        {"path": "/", "weight": 0},
        {"path": "/", "expect": {"cookie:a": 1}},
        {"path": "/", "extract": {"1a": "body"}},
        {"path": "/", "status": 1000},
    ],
)
def test_a_request_that_cannot_be_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FlowRequest.model_validate(fields)


@pytest.mark.parametrize(
    "fields", [{"between": [1, 2]}, {"choice": ["a"]}, {"hex": 4}, {"count_from": 0}]
)
def test_a_value_is_of_one_kind(fields: dict[str, Any]) -> None:
    assert SeededValue.model_validate(fields).model_dump(exclude_none=True).keys() == fields.keys()


@pytest.mark.parametrize("fields", [{}, {"hex": 4, "count_from": 1}, {"between": [2, 1]}])
def test_a_value_of_no_kind_or_two_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"exactly one|between rises"):
        SeededValue.model_validate(fields)


@pytest.mark.parametrize(
    ("flow", "values", "message"),
    [
        ([{"path": "/${x}"}], {}, "neither in values"),
        ([{"path": "/${x}", "extract": {"x": "body"}}], {}, "before it"),
        ([{"path": "/${x}"}, {"path": "/", "extract": {"x": "body"}}], {}, "before it"),
        (
            [{"path": "/", "weight": 1, "extract": {"x": "body"}}, {"path": "/${x}", "weight": 1}],
            {},
            "before it",
        ),
        ([{"path": "/", "extract": {"x": "body"}}], {"x": {"hex": 1}}, "rename one"),
        ([], {"x": {"hex": 1}}, r"exactly one of|there is none"),
    ],
)
def test_values_and_their_uses_belong_together(
    experiment_document: dict[str, Any], flow: list[Any], values: Any, message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        ExperimentFile.model_validate(experiment_document | {"flow": flow, "values": values})


def test_values_without_a_flow_are_refused(experiment_document: dict[str, Any]) -> None:
    document = {key: value for key, value in experiment_document.items() if key != "flow"}
    with pytest.raises(ValidationError, match="there is none"):
        ExperimentFile.model_validate(document | {"scenario": "a.py", "values": {"x": {"hex": 1}}})


def test_values_may_come_from_the_file_or_from_answers(experiment_document: dict[str, Any]) -> None:
    flow = [{"path": "/${a}", "extract": {"b": "json:$.b"}}, {"path": "/${b}"}]
    document = experiment_document | {"flow": flow, "values": {"a": {"between": [1, 2]}}}
    assert ExperimentFile.model_validate(document).values.keys() == {"a"}
