"""The two parties of a duet on one climb."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from bench.model.load_level import Users
from bench.model.progress import LiveNumbers, StepPhaseBegan
from bench.model.trial import MeasuredStep

Climb = Callable[..., Any]
MakeDriver = Callable[..., Any]


@pytest.fixture
def duet(make_driver: MakeDriver, prepare_climb: Climb) -> Climb:
    """Return a climber of two targets: the throughput of the baseline's pilots, the candidate's."""

    def climb(baseline: float, candidate: float, *users: int, **options: Any) -> Any:
        drivers = [make_driver(baseline), make_driver(candidate)]
        return prepare_climb(drivers, users, **options).run()

    return climb


def test_both_arms_are_told_to_begin_in_the_same_instant_which_is_still_to_come(
    duet: Climb,
) -> None:
    before_s = time.monotonic()
    climbed = duet(1000.0, 1000.0, 1, 10)
    ours, theirs = ([each["at_s"] for each in driver.told("start")] for driver in climbed.drivers)
    assert ours == theirs
    assert len(set(ours)) == 2
    assert ours[0] > before_s


def test_the_arms_are_driven_alike_but_for_the_shift_of_their_schedules(duet: Climb) -> None:
    climbed = duet(1000.0, 1000.0, 1, 10)
    ours, theirs = (driver.told("start") for driver in climbed.drivers)
    assert [each["shift"] for each in (*ours, *theirs)] == [0.0, 0.0, 0.5, 0.5]
    assert [each | {"shift": 0.0} for each in theirs] == ours
    assert len({each["seed"] for each in ours}) == 2


def test_both_arms_have_the_same_window(duet: Climb) -> None:
    climbed = duet(1000.0, 600.0, 1)
    ours, theirs = (driver.told("window") for driver in climbed.drivers)
    assert ours == theirs
    times = [party.steps[0].times for party in climbed.parties]
    assert times[0] == times[1]
    for watcher in climbed.watchers:
        assert watcher.edges == [
            ("opens", ours[0]["opens_at_s"]),
            ("closes", ours[0]["closes_at_s"]),
        ]


@pytest.mark.parametrize("slow", [0, 1])
def test_the_arm_that_needs_the_longer_warm_up_decides(duet: Climb, slow: int) -> None:
    throughputs = [1000.0, 1000.0]
    throughputs[slow] = 20.0
    climbed = duet(*throughputs, 100)
    times = climbed.steps[0].times
    assert times.opens_at_s - times.started_s == pytest.approx(7.0)  # 0.1 s + 1.2 x 100 / 20 per s


def test_an_arm_that_could_not_begin_in_time_still_has_the_window_of_the_other(
    make_driver: MakeDriver, prepare_climb: Climb
) -> None:
    late = make_driver(1000.0, begins=lambda at_s: at_s + 0.75)
    climbed = prepare_climb([make_driver(1000.0), late], [1]).run()
    ours, theirs = (party.steps[0].times for party in climbed.parties)
    assert theirs.started_s - ours.started_s == pytest.approx(0.75)
    assert (theirs.opens_at_s, theirs.closes_at_s) == (ours.opens_at_s, ours.closes_at_s)
    assert theirs.opens_at_s - theirs.started_s >= 2.0


@pytest.mark.parametrize("slow", [0, 1])
def test_a_level_that_does_not_fit_one_arm_is_skipped_for_both(duet: Climb, slow: int) -> None:
    throughputs = [10_000.0, 10_000.0]
    throughputs[slow] = 10.0
    climbed = duet(*throughputs, 1000)
    reasons = [party.steps[0].skipped for party in climbed.parties]
    assert "warm-up of 120 s" in str(reasons[0])
    assert reasons[0] == reasons[1]
    assert [party.steps[0].times for party in climbed.parties] == [None, None]
    assert [[each["do"] for each in driver.said] for driver in climbed.drivers] == [
        ["start", "stop"]
    ] * 2


def test_users_start_spread_over_the_longer_service_time(duet: Climb) -> None:
    climbed = duet(1000.0, 1000.0, 1, service_times_s=[0.2, 0.4])
    assert [driver.told("start")[0]["spread_s"] for driver in climbed.drivers] == [0.4, 0.4]


def test_an_unknown_service_time_leaves_the_other_arms(duet: Climb) -> None:
    climbed = duet(1000.0, 1000.0, 1, service_times_s=[None, 0.4])
    assert climbed.drivers[0].told("start")[0]["spread_s"] == 0.4


def test_steps_name_their_arm(duet: Climb) -> None:
    climbed = duet(1000.0, 500.0, 1)
    assert [party.steps[0].arm for party in climbed.parties] == ["baseline", "candidate"]
    assert [party.steps[0].pilot_throughput_per_s for party in climbed.parties] == [1000.0, 500.0]


def test_an_abandoned_duet_keeps_the_steps_that_both_arms_have(
    make_driver: MakeDriver, prepare_climb: Climb
) -> None:
    climbing = prepare_climb([make_driver(1.0), make_driver(1.0)], [1, 2, 3, 4])
    baseline, candidate = climbing.parties
    baseline.steps += [driven(0), driven(1)]
    candidate.steps += [driven(0)]

    climbing.climb.abandon("a target had died")

    for party in climbing.parties:
        assert [step.index for step in party.steps] == [0, 1, 2, 3]
        assert [step.skipped for step in party.steps] == [
            None,
            None,
            "a target had died",
            "a target had died",
        ]
        assert [step.arm for step in party.steps[1:]] == [party.arm] * 3
    assert baseline.steps[1].pilot_throughput_per_s is None  # what only one arm has is nobody's


@pytest.mark.parametrize("exhausted", [0, 1])
def test_either_driver_that_can_drive_no_further_step_ends_the_climb_for_both(
    make_driver: MakeDriver, prepare_climb: Climb, exhausted: int
) -> None:
    drivers = [make_driver(1000.0), make_driver(1000.0)]
    drivers[exhausted] = make_driver(1000.0, over_after=0)
    climbed = prepare_climb(drivers, [1, 2]).run()
    for party in climbed.parties:
        assert [step.skipped for step in party.steps] == [None, "out of files"]


def test_phases_are_told_once_and_live_numbers_are_the_candidates(duet: Climb) -> None:
    events = duet(1000.0, 500.0, 1).events
    phases = [event.phase for event in events if isinstance(event, StepPhaseBegan)]
    assert sorted(phases) == ["drain", "pilot", "warm-up", "window"]
    live = [event for event in events if isinstance(event, LiveNumbers)]
    assert {each.throughput_per_s for each in live} == {500.0}


def driven(index: int) -> MeasuredStep:
    return MeasuredStep(
        index=index,
        load=Users(users=index + 1),
        times=None,
        pilot_throughput_per_s=9.0,
        skipped=None,
    )
