from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bench.model.condition import Condition
from bench.model.knee import Attempt, Knee, StepVerdict
from bench.model.plan import PlannedSearch
from bench.planning.searching import (
    MAX_STEPS,
    RESOLUTION,
    choose_rate,
    conclude,
    count_expected_steps,
)

Target = Callable[[float, int], StepVerdict]
"""What becomes of a rate, at its first try (1) or a later one."""


def search(from_per_s: float = 10.0, to_per_s: float = 100_000.0) -> PlannedSearch:
    return PlannedSearch(
        conditions=(Condition(quantity="p99", below=0.25),),
        from_per_s=from_per_s,
        to_per_s=to_per_s,
        window_s=4.0,
    )


def capacity(of_per_s: float) -> Target:
    return lambda rate, _: "holds" if rate <= of_per_s else "fails"


def look_for(target: Target, sought: PlannedSearch | None = None, seed: int = 7) -> Knee:
    sought = sought or search()
    attempts: list[Attempt] = []
    while (rate := choose_rate(sought, attempts, seed)) is not None:
        time = 1 + sum(each.rate_per_s == rate for each in attempts)
        verdict = target(rate, time)
        because = "" if verdict == "holds" else "p99 was 300ms"
        attempts.append(Attempt(rate_per_s=rate, verdict=verdict, because=because))
    return conclude(sought, attempts)


def rates(knee: Knee) -> list[float]:
    return [each.rate_per_s for each in knee.attempts]


def test_rates_double_until_one_does_not_hold() -> None:
    assert rates(look_for(capacity(200)))[:6] == [10, 20, 40, 80, 160, 320]


def test_the_knee_lies_between_what_held_and_what_did_not() -> None:
    knee = look_for(capacity(200))
    assert knee.end == "found"
    assert knee.holds_per_s is not None
    assert knee.fails_per_s is not None
    assert knee.holds_per_s <= 200 < knee.fails_per_s
    assert knee.fails_per_s / knee.holds_per_s <= 1 + RESOLUTION
    assert knee.because == f"at {knee.fails_per_s:g}/s p99 was 300ms"


def test_the_rate_just_above_the_knee_is_tried_twice_and_no_other() -> None:
    knee = look_for(capacity(200))
    assert rates(knee).count(knee.fails_per_s or 0) == 2
    assert len(rates(knee)) == len(set(rates(knee))) + 1


def test_a_rate_that_failed_by_accident_holds_at_its_second_try() -> None:
    def disturbed_once(rate: float, time: int) -> StepVerdict:
        return "fails" if rate == 40 and time == 1 else capacity(200)(rate, time)

    knee = look_for(disturbed_once)
    assert knee.end == "found"
    assert 195 <= (knee.holds_per_s or 0) <= 200


def test_two_accidents_in_a_row_are_undone_one_after_the_other() -> None:
    tried: list[float] = []

    def disturbed_twice(rate: float, time: int) -> StepVerdict:
        tried.append(rate)
        disturbed = len(tried) in (8, 9)  # both within the gap from 160 to what failed above
        return "fails" if disturbed else capacity(200)(rate, time)

    knee = look_for(disturbed_twice)
    assert knee.end == "found"
    assert 195 <= (knee.holds_per_s or 0) <= 200


def test_a_rate_that_something_else_limited_is_tried_again_at_once() -> None:
    def starved_once(rate: float, time: int) -> StepVerdict:
        return "limited" if rate == 40 and time == 1 else capacity(200)(rate, time)

    assert rates(look_for(starved_once))[:5] == [10, 20, 40, 40, 80]


def test_where_something_else_stays_the_limit_the_knee_is_at_least_what_held() -> None:
    def generator(rate: float, _: int) -> StepVerdict:
        return "holds" if rate <= 5000 else "limited"

    knee = look_for(generator)
    assert (knee.end, knee.fails_per_s) == ("generator-limited", None)
    assert 4900 <= (knee.holds_per_s or 0) <= 5000


def test_a_knee_below_what_the_generator_can_do_is_found_all_the_same() -> None:
    def both(rate: float, _: int) -> StepVerdict:
        return "holds" if rate <= 90 else "fails" if rate <= 110 else "limited"

    knee = look_for(both)
    assert knee.end == "found"
    assert 88 <= (knee.holds_per_s or 0) <= 90


def test_the_cap_is_tried_and_ends_the_search_if_it_holds() -> None:
    knee = look_for(capacity(1e9), search(to_per_s=70))
    assert rates(knee) == [10, 20, 40, 70]
    assert (knee.end, knee.holds_per_s, knee.fails_per_s) == ("holds-at-cap", 70, None)
    assert "search_to = 70/s" in knee.because


def test_a_first_rate_that_is_too_high_is_halved() -> None:
    knee = look_for(capacity(30), search(from_per_s=200))
    assert rates(knee)[:4] == [200, 100, 50, 25]
    assert knee.end == "found"
    assert 29 <= (knee.holds_per_s or 0) <= 30


def test_a_target_that_withstands_nothing_is_tried_down_to_one_a_second() -> None:
    knee = look_for(capacity(0.5))
    assert rates(knee) == [10, 5, 2.5, 1.25, 1, 1]
    assert (knee.end, knee.holds_per_s, knee.fails_per_s) == ("fails-at-floor", None, 1)


def test_a_search_that_begins_below_one_a_second_has_its_floor_there() -> None:
    knee = look_for(capacity(0.1), search(from_per_s=0.5))
    assert (rates(knee), knee.end) == ([0.5, 0.5], "fails-at-floor")


def test_where_nothing_could_be_told_there_is_no_rate_at_all() -> None:
    knee = look_for(lambda rate, time: "limited")
    assert (knee.end, knee.holds_per_s, knee.fails_per_s) == ("generator-limited", None, None)


def test_a_target_that_changes_all_the_time_ends_the_search_in_the_end() -> None:
    held: list[float] = []

    def moving(rate: float, time: int) -> StepVerdict:
        if time == 2:
            held.append(rate)
        return "holds" if time == 2 else "fails" if rate > 10 else "holds"

    knee = look_for(moving)
    assert len(knee.attempts) == MAX_STEPS
    assert knee.end == "not-settled"
    assert knee.because == f"{MAX_STEPS} steps did not settle it"


def test_what_broke_a_search_off_is_kept_with_what_it_had_found() -> None:
    held = Attempt(rate_per_s=10, verdict="holds", because="")
    knee = conclude(search(), [held], "the target died")
    assert (knee.end, knee.holds_per_s, knee.because) == ("not-settled", 10, "the target died")


def test_equal_seeds_split_alike_and_others_differently() -> None:
    assert look_for(capacity(200), seed=1) == look_for(capacity(200), seed=1)
    assert rates(look_for(capacity(200), seed=1)) != rates(look_for(capacity(200), seed=2))


@given(some.floats(1.1, 90_000), some.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_every_capacity_is_found_within_the_resolution(of_per_s: float, seed: int) -> None:
    knee = look_for(capacity(of_per_s), seed=seed)
    assert knee.end == "found"
    assert knee.holds_per_s is not None
    assert of_per_s / (1 + RESOLUTION) ** 1.01 <= knee.holds_per_s <= of_per_s


@pytest.mark.parametrize(("of_per_s", "most"), [(20, 12), (1000, 17), (60_000, 24)])
def test_a_search_takes_about_as_many_steps_as_are_planned(of_per_s: float, most: int) -> None:
    steps = [len(rates(look_for(capacity(of_per_s), seed=seed))) for seed in range(50)]
    assert max(steps) <= most
    assert count_expected_steps(search()) == 15
