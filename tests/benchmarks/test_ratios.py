from __future__ import annotations

import pytest

from benchmarks.ratios import ratios_by_round, spread_of


def test_a_ratio_is_taken_within_each_round_and_not_between_medians() -> None:
    rounds = [
        {"flow": 70.0, "wrk": 100.0},
        {"flow": 40.0, "wrk": 50.0},
        {"flow": 90.0, "wrk": 60.0},
    ]

    spread = spread_of(ratios_by_round(rounds, "flow", "wrk"))

    assert spread is not None
    assert (spread.median, spread.low, spread.high, spread.n) == (0.8, 0.7, 1.5, 3)
    assert spread.median != 70 / 60  # which the medians would have given


def test_rounds_that_lack_a_contender_or_served_nothing_give_no_ratio() -> None:
    rounds = [{"flow": 1.0}, {"wrk": 1.0}, {"flow": 1.0, "wrk": 0.0}]

    assert ratios_by_round(rounds, "flow", "wrk") == ()
    assert spread_of(()) is None


def test_the_median_of_an_even_number_lies_between_the_middle_two() -> None:
    spread = spread_of([4.0, 1.0, 2.0, 3.0])

    assert spread is not None
    assert spread.median == pytest.approx(2.5)
    assert spread.range_text(1) == "1.0 to 4.0, n = 4"
