from __future__ import annotations

import doctest
import importlib
import math
import pkgutil
import random

import pytest
from scipy import stats

import bench.analysis.thresholds
from bench.analysis.thresholds.deciding import decide
from bench.analysis.thresholds.estimates import (
    ROUNDING,
    count_requests_needed,
    estimate_error_ratio,
    estimate_mean,
)
from bench.model.threshold import Finding

MODULES = [
    each.name
    for each in pkgutil.iter_modules(
        bench.analysis.thresholds.__path__, "bench.analysis.thresholds."
    )
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_hold(name):
    failed, _ = doctest.testmod(importlib.import_module(name))

    assert failed == 0


def test_equal_numbers_have_the_interval_of_what_rounding_could_hide():
    estimate = estimate_mean([2.0, 2.0], 0.95)

    # Two logarithms that far apart: their standard error is half of the distance.
    half_width = math.tan(0.475 * math.pi) * ROUNDING / 2
    assert estimate.high == pytest.approx(2.0 * math.exp(half_width))
    assert estimate.low == pytest.approx(2.0 * math.exp(-half_width))


@pytest.mark.parametrize(("failed", "unanswered"), [(0, 0), (0, 3), (2, 5), (13, 0), (7, 6)])
def test_the_bounds_of_failures_are_those_that_scipy_has(failed, unanswered):
    asked = 13
    estimate = estimate_error_ratio(failed, unanswered, asked - unanswered, 0.9)

    lower = stats.binomtest(failed, asked).proportion_ci(0.9, method="exact")
    upper = stats.binomtest(failed + unanswered, asked).proportion_ci(0.9, method="exact")
    assert (estimate.low, estimate.high) == pytest.approx((lower.low, upper.high))


def test_wildly_different_numbers_leave_the_mean_open_above():
    estimate = estimate_mean([1e-150, 1e150], 0.95)

    assert (estimate.value, estimate.high) == (pytest.approx(1.0), None)


@pytest.mark.parametrize("bound", [0.5, 0.01, 0.001])
def test_as_many_requests_as_are_needed_are_enough(bound):
    needed = count_requests_needed(bound, 0.95)

    enough, short = (estimate_error_ratio(0, 0, n, 0.95).high for n in (needed, needed - 1))

    assert enough < bound <= short


def test_under_a_mean_at_the_bound_thresholds_are_crossed_or_held_as_often_as_the_level_says():
    """The interval's level is the rate of verdicts that are wrong on either side."""
    draw = random.Random(1)
    n, wrong = 4000, {Finding.CROSSED: 0, Finding.HELD: 0}
    for _ in range(n):
        values = [math.exp(draw.gauss(0, 0.1)) for _ in range(5)]
        estimate = estimate_mean(values, 0.95)
        finding = decide("<", 1.0, estimate.low, estimate.high)
        if finding in wrong:
            wrong[finding] += 1

    for count in wrong.values():
        assert stats.binomtest(count, n, 0.025).pvalue > 0.001
