from __future__ import annotations

from typing import Any

import pytest

from benchmarks.figures import Figures
from benchmarks.generators import count_disturbed
from benchmarks.measuring import Measured
from benchmarks.options import Options
from benchmarks.rounds import medians_table, ratio
from benchmarks.ten_thousand_users import judge_users


def measured(contender: str = "flow", per_s: float = 1000.0, **changes: Any) -> Measured:
    p99_s, errors = changes.pop("p99_s", 0.02), changes.pop("errors", 0)
    return Measured(
        **{
            "round": 0,
            "place": 0,
            "contender": contender,
            "command": ("run",),
            "window_s": 1.0,
            "served": int(per_s),
            "served_per_s": per_s,
            "connections": 10_000,
            "accepted": 10_000,
            "generator_cpu_ratio": 1.0,
            "server_cpu_ratio": 0.5,
            "generator_peak_rss_bytes": 100_000_000,
            "own": Figures(requests=1, per_s=per_s, errors=errors, p50_s=0.01, p99_s=p99_s),
        }
        | changes
    )


def test_ratios_pair_contenders_of_the_same_round() -> None:
    rounds = [
        measured("flow", 80, round=0),
        measured("wrk", 100, round=0),
        measured("wrk", 50, round=1),
        measured("flow", 45, round=1),
        measured("wrk", 999, round=2),
    ]

    spread = ratio(rounds, lambda one: one.served_per_s, "flow", "wrk")

    assert spread is not None
    assert (spread.low, spread.high, spread.n) == (0.8, 0.9, 2)


def test_a_figure_that_one_lacks_gives_no_ratio() -> None:
    rounds = [measured("flow"), measured("wrk", p99_s=None)]

    assert ratio(rounds, lambda one: one.own.p99_s, "flow", "wrk") is None


def test_the_table_shows_medians_but_sums_errors() -> None:
    rounds = [measured(per_s=value, round=n, errors=n) for n, value in enumerate((1e5, 3e5, 2e5))]

    row = medians_table(rounds).splitlines()[1].split()

    assert row[:5] == ["flow", "200,000", "100,000", "300,000", "200,000"]
    assert "3" in row


def test_a_measurement_in_which_nobody_had_a_whole_core_was_disturbed() -> None:
    limited_by_server = measured(generator_cpu_ratio=0.4, server_cpu_ratio=0.98)
    disturbed = measured(generator_cpu_ratio=0.5, server_cpu_ratio=0.5)

    assert count_disturbed([measured(), limited_by_server, disturbed]) == 1


OPTIONS = Options(users=10_000, period_s=10.0)


def test_ten_thousand_users_that_keep_all_bounds_are_reached() -> None:
    asks = judge_users([measured(per_s=1009)], OPTIONS)

    assert len(asks) == 4
    assert all(ask.reached for ask in asks)


@pytest.mark.parametrize(
    ("changes", "missed"),
    [
        ({"connections": 9_999}, "connected at once"),
        ({"errors": 1}, "errors"),
        ({"generator_peak_rss_bytes": 150_000_001}, "peak RSS in MB"),
        ({"per_s": 989}, "requests a second / 1000"),
    ],
)
def test_the_worst_round_decides_over_each_bound_and_of_rates_the_median(
    changes: dict[str, Any], missed: str
) -> None:
    asks = judge_users([measured(), measured(**changes), measured(**changes)], OPTIONS)

    assert [ask.of for ask in asks if not ask.reached] == [f"10,000 users, {missed}"]


def test_memory_that_the_system_does_not_tell_is_not_measured() -> None:
    asks = judge_users([measured(generator_peak_rss_bytes=None)], OPTIONS)

    assert [ask.value for ask in asks if not ask.reached] == [None]


def test_where_nothing_was_measured_nothing_is_reached() -> None:
    assert not any(ask.reached for ask in judge_users([], OPTIONS))
