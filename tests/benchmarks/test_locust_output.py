from __future__ import annotations

import json
from typing import Any

import pytest

from bench.errors import GeneratorError
from benchmarks.locust_output import parse_locust


def entry(**changes: Any) -> dict[str, Any]:
    return {
        "name": "/",
        "method": "GET",
        "num_requests": 100,
        "num_failures": 0,
        "start_time": 1000.0,
        "last_request_timestamp": 1005.0,
        "response_times": {"3": 50, "2": 49, "20": 1},
    } | changes


def test_the_rate_is_over_the_time_from_start_to_last_request() -> None:
    figures = parse_locust(json.dumps([entry()]))

    assert (figures.requests, figures.per_s, figures.errors) == (100, 20.0, 0)
    assert (figures.p50_s, figures.p99_s) == (0.003, 0.003)


def test_entries_of_several_names_are_one_run() -> None:
    slow = entry(
        name="/slow",
        num_requests=2,
        num_failures=2,
        start_time=1001.0,
        last_request_timestamp=1010.2,
        response_times={"200": 2},
    )

    figures = parse_locust(json.dumps([entry(), slow]))

    assert (figures.requests, figures.errors) == (102, 2)
    assert figures.per_s == pytest.approx(10)
    assert figures.p99_s == 0.2


def test_a_run_without_responses_has_no_percentiles() -> None:
    figures = parse_locust(json.dumps([entry(response_times={}, last_request_timestamp=1000.0)]))

    assert (figures.p50_s, figures.per_s) == (None, 0.0)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '[{"name": "/"}]', json.dumps([entry(start_time=None)])]
)
def test_statistics_that_say_nothing_are_refused(text: str) -> None:
    with pytest.raises(GeneratorError, match="can't be read"):
        parse_locust(text)
