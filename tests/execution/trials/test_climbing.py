from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from bench.execution.trials.controls import SKIPPED
from bench.model.progress import LiveNumbers, StepPhaseBegan

Climb = Callable[..., Any]


@pytest.fixture
def climb(make_driver: Callable[..., Any], prepare_climb: Callable[..., Any]) -> Climb:
    """Return a climber of one target, whose windows lie in the past, so that nothing is awaited."""

    def climb(throughput_per_s: float, *users: int, **options: Any) -> Any:
        driver = make_driver(throughput_per_s, begins=lambda _: time.monotonic() - 1000)
        return prepare_climb([driver], users, **options).run()

    return climb


def test_each_level_is_started_measured_and_stopped(climb: Climb) -> None:
    climbed = climb(1000.0, 1, 10)
    (driver,), (watcher,) = climbed.drivers, climbed.watchers
    assert [each["do"] for each in driver.said] == ["start", "window", "stop"] * 2
    assert [each["load"] for each in driver.told("start")] == [{"users": 1}, {"users": 10}]
    assert [step.index for step in climbed.steps] == [0, 1]
    assert watcher.steps == [0, None, 1, None]


def test_who_climbs_alone_begins_at_once_and_is_no_arm(climb: Climb) -> None:
    climbed = climb(1000.0, 1)
    (start,) = climbed.drivers[0].told("start")
    assert not {"at_s", "shift"} & start.keys()
    assert [step.arm for step in climbed.steps] == [None]


def test_users_start_spread_over_one_service_time(climb: Climb) -> None:
    climbed = climb(1000.0, 1, service_times_s=[0.25])
    assert climbed.drivers[0].said[0]["spread_s"] == 0.25


def test_users_start_over_as_long_as_their_spawn_rate_says(climb: Climb) -> None:
    climbed = climb(1000.0, 10, spread_s=7.0)
    assert climbed.drivers[0].said[0]["spread_s"] == 7.0
    assert climb(1000.0, 10, spread_s=0.01).drivers[0].said[0]["spread_s"] == 0.1


def test_a_pilot_of_streams_waits_for_all_of_them(
    make_driver: Callable[..., Any], prepare_climb: Callable[..., Any]
) -> None:
    driver = make_driver(10.0, streams=True, begins=lambda _: time.monotonic() - 1000)
    (step,) = prepare_climb([driver], (35,)).run().steps
    assert driver.polls == 4  # ten more are open in each second
    assert step.pilot_throughput_per_s == pytest.approx(10.0, rel=0.05)


def test_each_level_has_a_seed_of_its_own(climb: Climb) -> None:
    starts = climb(1000.0, 1, 10).drivers[0].told("start")
    assert len({each["seed"] for each in starts}) == 2


def test_the_target_is_read_at_both_edges_of_the_window(climb: Climb) -> None:
    climbed = climb(1000.0, 1)
    window = climbed.drivers[0].said[1]
    assert climbed.watchers[0].edges == [
        ("opens", window["opens_at_s"]),
        ("closes", window["closes_at_s"]),
    ]
    assert window["closes_at_s"] - window["opens_at_s"] == 6.0
    times = climbed.steps[0].times
    assert times is not None
    assert times.opens_at_s == window["opens_at_s"]
    assert times.drained_at_s == window["closes_at_s"] + 0.5


def test_windows_open_on_a_whole_second_of_their_step(climb: Climb) -> None:
    times = climb(1000.0, 1).steps[0].times
    assert times is not None
    offset_s = times.opens_at_s - times.started_s
    assert abs(offset_s - round(offset_s)) < 1e-6


def test_the_throughput_of_the_pilot_is_kept(climb: Climb) -> None:
    assert climb(50.0, 1).steps[0].pilot_throughput_per_s == 50.0


def test_a_level_that_needs_too_long_a_warm_up_is_skipped_and_the_next_is_driven(
    climb: Climb,
) -> None:
    climbed = climb(10.0, 5, 1000, max_warm_up=20.0)
    assert [step.times is None for step in climbed.steps] == [False, True]
    assert "warm-up of 120 s" in str(climbed.steps[1].skipped)
    assert [each["do"] for each in climbed.drivers[0].said][-2:] == ["start", "stop"]


def test_what_was_under_way_when_the_target_died_is_told_from_what_was_to_come(
    make_driver: Callable[..., Any], prepare_climb: Callable[..., Any]
) -> None:
    climbing = prepare_climb([make_driver(1.0)], (1, 2, 3), service_times_s=[None])
    climbing.climb.abandon("the target had died")
    assert [step.skipped for step in climbing.steps] == [
        None,
        "the target had died",
        "the target had died",
    ]
    assert all(step.times is None for step in climbing.steps)


def test_a_driver_that_can_drive_no_further_step_ends_the_climb(
    make_driver: Callable[..., Any], prepare_climb: Callable[..., Any]
) -> None:
    climbed = prepare_climb([make_driver(1000.0, over_after=0)], (1, 2, 3)).run()
    assert [step.skipped for step in climbed.steps] == [None, "out of files", "out of files"]
    assert len(climbed.drivers[0].told("start")) == 1


def test_phases_and_live_numbers_are_told_as_they_come(climb: Climb) -> None:
    events = climb(1000.0, 1).events
    phases = [event.phase for event in events if isinstance(event, StepPhaseBegan)]
    assert phases[:2] == ["pilot", "warm-up"]
    live = [event for event in events if isinstance(event, LiveNumbers)]
    assert live[0].throughput_per_s == 1000.0
    assert live[0].target_cpu_ratio == 0.5


def test_a_step_is_skipped_by_hand_and_the_next_one_driven(
    make_driver: Callable[..., Any], prepare_climb: Callable[..., Any]
) -> None:
    driver = make_driver(1000.0, begins=lambda _: time.monotonic() - 1000, drains=False)
    climbed = prepare_climb([driver], (1, 10))

    def wish(event: object) -> None:
        if isinstance(event, StepPhaseBegan) and event.phase == "window":
            climbed.controls.skip_step()

    climbed.on_event = wish
    climbed.run()

    assert [step.skipped for step in climbed.steps] == [SKIPPED, SKIPPED]
    assert [step.times for step in climbed.steps] == [None, None]
    assert [each["do"] for each in driver.said] == ["start", "window", "stop"] * 2


def test_a_wish_from_before_a_step_is_forgotten(
    make_driver: Callable[..., Any], prepare_climb: Callable[..., Any]
) -> None:
    driver = make_driver(1000.0, begins=lambda _: time.monotonic() - 1000)
    climbed = prepare_climb([driver], (1,))
    climbed.controls.skip_step()
    assert climbed.run().steps[0].skipped is None
