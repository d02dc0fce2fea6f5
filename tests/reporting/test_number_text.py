from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.reporting.number_text import (
    COUNT,
    MEBIBYTES,
    NOTHING,
    PERCENT,
    in_unit,
    optional,
    pick_time_unit,
    three_digits,
    whole,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1, "1.00"),
        (0.9996, "1.00"),
        (99.96, "100"),
        (999.6, "1,000"),
        (12345, "12,300"),
        (-3.14159, "-3.14"),
        (0.00002, "0.0000200"),
        (0.000002, "2.00e-06"),
        (3e9, "3.00e+09"),
    ],
)
def test_numbers_have_three_digits(value: float, text: str) -> None:
    assert three_digits(value) == text


@given(st.floats(min_value=1e-9, max_value=1e15))
def test_three_digits_are_within_half_a_percent(value: float) -> None:
    assert float(three_digits(value).replace(",", "")) == pytest.approx(value, rel=0.00501)


@pytest.mark.parametrize(
    ("times_s", "unit"),
    [
        ([], "ms"),
        ([0.0], "ms"),
        ([0.0, 0.0009], "µs"),
        ([0.0009, 0.001], "ms"),
        ([0.9, 5.0], "ms"),
        ([1.0, 5.0], "s"),
    ],
)
def test_a_column_of_times_has_one_unit(times_s: list[float], unit: str) -> None:
    assert pick_time_unit(times_s).name == unit


def test_counts_keep_all_their_digits() -> None:
    assert whole(12345) == "12,345"
    assert in_unit(40.5, COUNT) == "40.5"


def test_units_divide() -> None:
    assert in_unit(0.012, PERCENT) == "1.20"
    assert in_unit(52_428_800, MEBIBYTES) == "50.0"
    assert optional(None, PERCENT, "{} %") == NOTHING
