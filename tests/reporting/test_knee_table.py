from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.model.knee import Attempt, Knee
from bench.reporting.knee_line import write_attempt, write_knee
from bench.reporting.knee_table import build_knee_table

Build = Callable[..., Any]


def ratio(make_comparison: Build, **changes: Any) -> Any:
    values = {"load": None, "quantity": "knee_per_s", "ratio": 2.0, "low": 1.9, "high": 2.1}
    return make_comparison(**{**values, **changes})


def test_a_line_has_the_knee_with_its_interval_and_the_ratio(
    make_comparison: Build, make_knee: Build
) -> None:
    other = make_knee(variant="async-client", rate_per_s=397.0, low_per_s=390.0, high_per_s=404.1)
    table = build_knee_table([make_knee(), other], [ratio(make_comparison)], title="Knee")
    assert [column.heading for column in table.columns] == ["variant", "n", "knee (/s)", "ratio"]
    assert [row.cells for row in table.rows] == [
        ("blocking-client", "3", "198 [195, 201]", "baseline"),
        ("async-client", "3", "397 [390, 404]", "2.00 [1.90, 2.10]"),
    ]
    assert "at which p99 < 250ms and error_ratio < 0.1% and the target keeps up" in table.caption
    assert "95 % interval (t on logs)" in table.caption
    assert table.notes == ()


def test_a_lone_variant_has_no_ratio_and_a_single_trial_no_interval(make_knee: Build) -> None:
    lone = make_knee(n=1, low_per_s=None, high_per_s=None, because="one trial: no interval")
    table = build_knee_table([lone], [])
    assert [row.cells for row in table.rows] == [("blocking-client", "1", "198")]
    assert table.notes == ("n = 1: no interval. Repeat the trials (--repeat) to get one.",)


def test_what_is_only_a_bound_says_so_and_why(make_comparison: Build, make_knee: Build) -> None:
    why = "trial 3 (async-client): at least 900/s; the generator was busy"
    bound = make_knee(
        variant="async-client",
        rate_per_s=None,
        low_per_s=None,
        high_per_s=None,
        at_least_per_s=900.0,
        valid=False,
        because=why,
    )
    unknown = ratio(make_comparison, ratio=None, low=None, high=None, valid=False, because=why)
    table = build_knee_table([make_knee(), bound], [unknown])
    assert table.rows[1].cells == ("async-client", "3", "≥ 900", "-")
    assert table.rows[1].counts
    assert table.notes == (
        "≥ at least: a search ended before the target was at its limit.",
        f"async-client: {why}",
    )


def test_a_knee_that_does_not_count_is_marked(make_comparison: Build, make_knee: Build) -> None:
    doubtful = make_knee(valid=False, because="1 of 3 searches did not settle")
    invalid = ratio(make_comparison, valid=False, because="half of the pairs are missing")
    table = build_knee_table([doubtful, make_knee(variant="async-client")], [invalid])
    assert table.rows[0].cells[2] == "198† [195, 201]"
    assert not table.rows[0].counts
    assert table.rows[1].cells[3] == "2.00† [1.90, 2.10]"
    assert table.notes == (
        "† not valid: too little of it counts.",
        "blocking-client: 1 of 3 searches did not settle",
        "async-client, ratio: half of the pairs are missing",
    )


def test_where_nothing_held_there_is_a_dash(make_knee: Build) -> None:
    nothing = {"rate_per_s": None, "low_per_s": None, "high_per_s": None, "n": 0, "valid": False}
    table = build_knee_table([make_knee(**nothing, because="trial 1: no rate held")], [])
    assert table.rows[0].cells == ("blocking-client", "0", "-")
    assert table.notes == ("blocking-client: trial 1: no rate held",)


def test_what_gave_way_beyond_the_knee_is_told(make_knee: Build) -> None:
    table = build_knee_table([make_knee(beyond="at 203/s p99 was 312ms")], [])
    assert table.notes == ("blocking-client, beyond it: at 203/s p99 was 312ms",)


def test_attempts_are_told_in_words() -> None:
    told = [
        write_attempt(Attempt(rate_per_s=40, verdict="holds", because="")),
        write_attempt(Attempt(rate_per_s=80.5, verdict="fails", because="p99 was 300ms")),
        write_attempt(Attempt(rate_per_s=160, verdict="limited", because="generator-busy: ...")),
    ]
    assert told == [
        "40/s holds",
        "80.5/s does not hold: p99 was 300ms",
        "160/s can't be told: generator-busy: ...",
    ]


def test_the_knee_of_a_trial_is_told_in_words() -> None:
    def knee(end: Any, holds_per_s: float | None) -> Knee:
        return Knee(
            conditions=(),
            end=end,
            holds_per_s=holds_per_s,
            fails_per_s=None,
            because="so it was",
        )

    assert write_knee(knee("found", 198.7)) == "knee: 198.7/s; so it was"
    assert write_knee(knee("holds-at-cap", 500)) == "knee: at least 500/s; so it was"
    assert write_knee(knee("fails-at-floor", None)) == "knee: no rate held; so it was"
