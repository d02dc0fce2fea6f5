from __future__ import annotations

import doctest
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import errors, units
from bench.model.load_level import ArrivalRate, Users
from bench.planning import planning, warming
from bench.planning.warming import Pilot, reason_to_skip, warm_up_s


@pytest.mark.parametrize("module", [warming, planning, units, errors])
def test_examples_in_docstrings_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


def test_a_blocked_loop_with_twenty_users_needs_longer_than_the_minimum() -> None:
    assert warm_up_s(Users(users=20), 10.0) == pytest.approx(2.4)


def test_the_queue_fills_from_when_the_last_user_has_started() -> None:
    assert warm_up_s(Users(users=20), 10.0, spread_s=1.0) == pytest.approx(3.4)
    assert warm_up_s(Users(users=20), 1000.0, spread_s=1.0) == 2.0


@given(st.integers(1, 10_000), st.floats(0.01, 1e6))
def test_each_user_of_a_closed_level_is_answered_in_the_warm_up(users: int, rate: float) -> None:
    assert warm_up_s(Users(users=users), rate) * rate >= users


def test_the_open_model_and_a_silent_target_get_the_minimum() -> None:
    assert warm_up_s(ArrivalRate(rate=1000), 1.0) == 2.0
    assert warm_up_s(Users(users=100), 0.0) == 2.0


def pilot_of(users: int, *, spread_s: float = 0.0, limit_s: float = 60.0) -> Pilot:
    return Pilot(Users(users=users), spread_s, limit_s)


def test_a_pilot_goes_on_until_it_has_seen_enough() -> None:
    pilot = pilot_of(10)
    assert not pilot.is_over(0.5, completed=100)
    pilot = pilot_of(10)
    assert not pilot.is_over(5.0, completed=4)
    assert pilot.is_over(6.0, completed=12)
    assert pilot.throughput_per_s == 2.0
    assert pilot.warm_up_s() == pytest.approx(6.0)


def test_what_completed_while_users_were_still_starting_is_no_throughput() -> None:
    pilot = pilot_of(1000, spread_s=10.0)
    assert not pilot.is_over(-0.1, completed=3000)
    assert not pilot.is_over(0.0, completed=3200)
    assert pilot.is_over(1.0, completed=3600)
    assert pilot.throughput_per_s == 400.0
    assert pilot.warm_up_s() == pytest.approx(13.0)


def test_a_pilot_of_the_open_model_waits_for_no_completions() -> None:
    pilot = Pilot(ArrivalRate(rate=0.1), 0.0, 30)
    assert not pilot.is_over(0.5, completed=0, streams=0)
    assert pilot.is_over(1.0, completed=0, streams=0)
    assert pilot.warm_up_s() == 2.0


def test_a_pilot_ends_at_its_limit_whatever_it_saw() -> None:
    assert pilot_of(10, limit_s=30).is_over(30.0, completed=0)


def test_a_pilot_of_streams_goes_on_until_each_user_has_its_own() -> None:
    pilot = pilot_of(5000, spread_s=2.0)
    assert not pilot.is_over(1.0, completed=900, streams=900)
    assert not pilot.is_over(5.9, completed=900, streams=900)
    assert pilot.warm_up_s() == inf
    assert not pilot.is_over(5.9, completed=4999, streams=4999)
    assert pilot.is_over(8.0, completed=5000, streams=5000)
    assert pilot.throughput_per_s == 500.0
    assert pilot.warm_up_s() == 2.0


def test_a_pilot_of_streams_is_over_when_no_more_are_opened() -> None:
    pilot = pilot_of(50)
    assert not pilot.is_over(0.5, completed=40, streams=40)
    assert not pilot.is_over(5.0, completed=40, streams=39)
    assert pilot.is_over(5.5, completed=40, streams=40)
    assert pilot.warm_up_s() == 2.0


def test_streams_that_still_come_at_the_limit_leave_the_level_out() -> None:
    pilot = pilot_of(50, limit_s=30)
    assert pilot.is_over(30.0, completed=40, streams=40)
    assert pilot.warm_up_s() == inf


def test_streams_that_are_open_at_once_need_the_first_second_and_no_more() -> None:
    pilot = pilot_of(5)
    assert not pilot.is_over(-0.5, completed=5, streams=5)
    assert pilot.is_over(1.0, completed=5, streams=5)
    assert pilot.throughput_per_s == 5.0


def test_users_who_send_requests_beside_streams_are_answered_once_each() -> None:
    pilot = pilot_of(100)
    assert not pilot.is_over(1.0, completed=30, streams=10)
    assert pilot.is_over(6.0, completed=130, streams=10)
    assert pilot.warm_up_s() == pytest.approx(1.2 * 100 / (130 / 6.0))


def test_openings_that_were_all_refused_are_completions() -> None:
    pilot = pilot_of(100)
    assert not pilot.is_over(1.0, completed=100, streams=0)
    assert pilot.is_over(5.0, completed=100, streams=0)
    assert pilot.throughput_per_s == 20.0


def skip(**changes: float | None) -> str | None:
    given: dict[str, float | None] = {
        "warm_up_s": 2.0,
        "max_warm_up_s": 30.0,
        "window_s": 6.0,
        "service_time_s": 0.1,
    }
    return reason_to_skip(Users(users=20), **(given | changes))  # type: ignore[arg-type]


def test_a_level_that_fits_is_not_skipped() -> None:
    assert skip() is None
    assert skip(service_time_s=None) is None


def test_a_level_is_skipped_where_its_warm_up_takes_too_long() -> None:
    said = skip(warm_up_s=120.0)
    assert said is not None
    assert "20 users" in said
    assert "120 s" in said
    assert "30 s" in said


def test_a_level_is_skipped_where_the_window_is_under_ten_service_times() -> None:
    said = skip(service_time_s=0.75)
    assert said is not None
    assert "--duration 8s" in said


def test_a_level_whose_streams_were_not_all_opened_is_skipped() -> None:
    said = skip(warm_up_s=inf)
    assert said == "20 users: streams were still being opened after the 30 s of max_warm_up"
