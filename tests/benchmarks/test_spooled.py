from __future__ import annotations

import json
from typing import Any

import pytest
from hdrh.histogram import HdrHistogram

from benchmarks.spooled import sum_window


def line(*response_us: int, **changes: Any) -> str:
    histogram = HdrHistogram(1, 3_600_000_000, 3)
    for value_us in response_us:
        histogram.record_value(value_us)
    return json.dumps(
        {
            "type": "requests",
            "phase": "window",
            "group": "users",
            "name": "GET /",
            "outcome": "ok",
            "requests": len(response_us),
            "completed": len(response_us),
            "response_us": histogram.encode().decode(),
        }
        | changes
    )


def test_users_requests_of_the_window_add_up_over_slices_and_names() -> None:
    figures = sum_window([line(100, 200), line(300, name="GET /b"), line(400)], window_s=2.0)

    assert (figures.requests, figures.per_s, figures.errors) == (4, 2.0, 0)
    assert figures.p50_s == pytest.approx(200e-6)
    assert figures.p99_s == pytest.approx(400e-6)


def test_warm_up_drain_and_bystanders_do_not_count() -> None:
    others = [line(9, phase="warm-up"), line(9, phase="drain"), line(9, group="bystander")]
    generator = json.dumps({"type": "generator", "phase": "window", "cpu_s": 1.0})

    figures = sum_window([*others, generator, line(100)], window_s=1.0)

    assert figures.requests == 1
    assert figures.p99_s == pytest.approx(100e-6)


def test_failures_and_censored_requests_are_errors_and_have_no_say_in_percentiles() -> None:
    censored = json.dumps({"type": "censored", "group": "users", "count": 3})

    figures = sum_window([line(100), line(9000, 9000, outcome="http-503"), censored], window_s=1.0)

    assert figures.errors == 5
    assert figures.p99_s == pytest.approx(100e-6)


def test_a_window_without_requests_has_no_percentiles() -> None:
    figures = sum_window([], window_s=1.0)

    assert (figures.requests, figures.p50_s) == (0, None)
