from __future__ import annotations

import doctest

import pytest

import bench.model.bound
from bench.model.bound import Dimension, parse_bound


def test_examples_in_docstrings_hold() -> None:
    assert doctest.testmod(bench.model.bound).failed == 0


@pytest.mark.parametrize(
    ("dimension", "bound", "value"),
    [
        ("time", "1.5s", 1.5),
        ("memory", "1GiB", 1024**3),
        ("memory", "200 MB", 200e6),
        ("rate", "500", 500.0),
        ("rate", "0.5 / s", 0.5),
        ("count", "40", 40.0),
        ("ratio", "1", 1.0),
        ("ratio", "0", 0.0),
    ],
)
def test_a_bound_is_read_in_si_units(dimension: Dimension, bound: str, value: float) -> None:
    assert parse_bound(dimension, bound, "x") == value


@pytest.mark.parametrize(
    ("dimension", "bound", "complaint"),
    [
        ("time", "250", "has no unit: write 250ms, or 250s"),
        ("memory", "64", "no amount of memory: write it like 64MiB"),
        ("memory", "64ms", "no amount of memory"),
        ("rate", "500/min", "a number per second, such as 500 or 500/s, not '500/min'"),
        ("count", "forty", "is a number, not 'forty'"),
        ("ratio", "101%", "at most 1 or 100%"),
        ("ratio", "-1%", "from 0 to at most 1"),
    ],
)
def test_a_bound_in_a_unit_that_does_not_fit_is_refused(
    dimension: Dimension, bound: str, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_bound(dimension, bound, f"x < {bound}")
