from __future__ import annotations

import doctest
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bench.reporting.charts.axes
from bench.reporting.charts.axes import call_quantity, choose_axis, spread_labels


def test_examples_in_docstrings_hold() -> None:
    assert doctest.testmod(bench.reporting.charts.axes).failed == 0


def test_numbers_that_lie_far_apart_get_a_logarithmic_axis() -> None:
    axis = choose_axis("response time", "s", [0.001, 0.002, 4.0])
    assert (axis.scale, axis.title) == ("log", "response time, ms")
    assert axis.low < 1 < 4000 < axis.high
    assert choose_axis("x", "s", [0.001, 4.0], only_linear=True).scale == "linear"
    assert choose_axis("x", "s", [0.0, 4.0]).scale == "linear"


def test_an_axis_shows_what_is_below_zero_and_has_a_length_in_any_case() -> None:
    below = choose_axis("x", "", [-5.0, 3.0])
    assert below.low < -5
    for values in ([], [0.0], [float("inf")], [7.0]):
        axis = choose_axis("x", "", values)
        assert axis.high > axis.low


def test_places_run_from_one_end_to_the_other() -> None:
    for axis in (choose_axis("x", "s", [1.0, 2.0]), choose_axis("x", "s", [1.0, 2000.0])):
        assert axis.place(axis.high * axis.unit.size, 200) == pytest.approx(200)
        assert axis.place(-1e9, 200) == 0
        middle = axis.value_at(100, 200)
        assert axis.place(middle * axis.unit.size, 200) == pytest.approx(100)


@pytest.mark.parametrize(
    ("quantity", "said"),
    [("p999", "response time, p99.9"), ("slope(threads)", "threads, for each user"), ("?", "?")],
)
def test_quantities_have_words(quantity: str, said: str) -> None:
    assert call_quantity(quantity) == said


@given(st.lists(st.floats(0, 200), max_size=12))
def test_labels_are_apart_within_the_axis_and_in_order(places: list[float]) -> None:
    found = spread_labels(places, gap=13.0, length=200.0)
    order = sorted(range(len(places)), key=lambda index: (places[index], found[index]))
    moved = [found[index] for index in order]
    for one, other in pairwise(moved):
        assert other - one >= 13.0 - 1e-6
    if moved and (len(moved) - 1) * 13 <= 200:
        assert moved[0] >= -1e-6
        assert moved[-1] <= 200 + 1e-6


def test_labels_that_are_apart_stay_where_they_are() -> None:
    assert spread_labels([100.0, 20.0], gap=13.0, length=200.0) == [100.0, 20.0]
