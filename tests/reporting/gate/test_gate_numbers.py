from __future__ import annotations

from collections.abc import Callable
from math import inf, nan
from typing import Any

import pytest

from bench.reporting.gate_numbers import (
    write_ratio,
    write_share,
    write_sides,
    write_trials_in_words,
    write_worsening,
)

Build = Callable[..., Any]


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(0.03, "3 %"), (0.0316, "3.2 %"), (2.5, "250 %"), (0.99961, "100 %"), (None, "-"), (nan, "-")],
)
def test_a_share_is_written_to_a_tenth_of_a_per_cent(ratio: float | None, text: str) -> None:
    assert write_share(ratio) == text


@pytest.mark.parametrize(
    ("quantity", "worsening", "text"),
    [
        ("throughput", 0.0527, "5.3 % slower"),
        ("p95", -0.02, "2 % faster"),
        ("memory", 0.051, "5.1 % more"),
        ("cpu", -0.051, "5.1 % less"),
        ("cpu", 0.0004, "no change"),
        ("errors", None, "-"),
        ("p95", inf, "-"),
    ],
)
def test_worsening_is_told_in_the_quantitys_words(
    make_gate_row: Build, quantity: str, worsening: float | None, text: str
) -> None:
    assert write_worsening(make_gate_row(quantity=quantity, worsening=worsening)) == text


@pytest.mark.parametrize(
    ("unit", "sides", "texts"),
    [
        ("1/s", (2000.0, None), ("2,000/s", "-")),
        ("s", (0.000437, 0.00046), ("437 µs", "460 µs")),
        ("s", (0.0009, 0.0011), ("0.900 ms", "1.10 ms")),
        ("bytes", (34 * 2**20, 36 * 2**20), ("34.0 MiB", "36.0 MiB")),
        ("", (0.0, 12.0), ("0", "12")),
        ("s", (nan, inf), ("-", "-")),
    ],
)
def test_both_sides_share_a_unit(
    make_gate_row: Build, unit: str, sides: tuple[float | None, ...], texts: tuple[str, str]
) -> None:
    row = make_gate_row(unit=unit, baseline=sides[0], candidate=sides[1])
    assert write_sides(row) == texts


def test_a_ratio_stands_with_its_interval_if_it_has_one(make_gate_row: Build) -> None:
    assert write_ratio(make_gate_row()) == "0.949 [0.941, 0.957]"
    assert write_ratio(make_gate_row(low=None)) == "0.949"
    assert write_ratio(make_gate_row(ratio=None)) == "-"
    assert write_ratio(make_gate_row(ratio=1.004, high=12.34)) == "1.004 [0.941, 12.3]"
    assert write_ratio(make_gate_row(high=inf)) == "0.949 [0.941, ∞]"


def test_trials_left_out_are_told(make_gate_row: Build) -> None:
    assert write_trials_in_words(make_gate_row(n=1)) == "1 trial"
    assert write_trials_in_words(make_gate_row(dropped=2)) == "16 trials, 2 left out"
