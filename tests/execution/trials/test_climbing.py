from __future__ import annotations

import asyncio
import time
from typing import Any, cast

from bench.execution.trials.climbing import Climb
from bench.execution.trials.driver_link import DriverLink
from bench.execution.watching.watcher import Watcher
from bench.model.experiment import Load
from bench.model.load_level import Users
from bench.model.plan import PlannedStep, PlannedTrial
from bench.model.progress import LiveNumbers, ProgressEvent, StepPhaseBegan


class FakeDriver:
    """Answers as the protocol says, at once, with a throughput of its own."""

    def __init__(self, throughput_per_s: float) -> None:
        self.said: list[dict[str, Any]] = []
        self.on_progress: Any = lambda _: None
        self._throughput_per_s = throughput_per_s
        self._started_s = 0.0
        self._polls = 0

    async def say(self, do: str, **details: object) -> None:
        self.said.append({"do": do, **details})

    async def hear(self, event: str, within_s: float) -> dict[str, Any]:
        match event:
            case "started":
                # Long ago, so that no test waits for a window: its edges lie in the past.
                self._started_s, self._polls = time.monotonic() - 1000, 0
                return {"event": event, "t_s": self._started_s}
            case "progress":
                return self._progress()
            case "drained":
                return {"event": event, "t_s": self.said[-1]["closes_at_s"] + 0.5}
        return {"event": event}

    def _progress(self) -> dict[str, Any]:
        self._polls += 1
        elapsed_s = 0.1 + self._polls
        progress = {
            "event": "progress",
            "t_s": self._started_s + elapsed_s,
            "completed": self._throughput_per_s * (elapsed_s - 0.1),
            "throughput_per_s": self._throughput_per_s,
            "p99_s": 0.1,
            "errors": 0,
            "in_flight": 1,
        }
        self.on_progress(progress)
        return progress


class FakeWatcher:
    """Notes the edges that it is asked for."""

    def __init__(self) -> None:
        self.edges: list[tuple[str, float]] = []
        self.steps: list[int | None] = []

    def set_step(self, step: int | None) -> None:
        self.steps.append(step)

    async def read_edge(self, edge: str, at_s: float) -> None:
        self.edges.append((edge, at_s))

    def latest(self, subject: str) -> None:
        return None

    def cpu_ratio(self, subject: str) -> float | None:
        return 0.5


def trial(*users: int) -> PlannedTrial:
    return PlannedTrial(
        number=1,
        experiment="waiting",
        variant="loop",
        stratum={},
        repetition=0,
        seed=7,
        steps=tuple(
            PlannedStep(index=index, load=Users(users=count), window_s=6.0)
            for index, count in enumerate(users)
        ),
    )


def climb(
    throughput_per_s: float,
    *users: int,
    service_time_s: float | None = 0.1,
    max_warm_up: float = 30.0,
) -> tuple[Climb, FakeDriver, FakeWatcher, list[ProgressEvent]]:
    driver, watcher = FakeDriver(throughput_per_s), FakeWatcher()
    events: list[ProgressEvent] = []
    climbing = Climb(
        trial(*users),
        Load(users=users, max_warm_up=max_warm_up),
        cast("DriverLink", driver),
        cast("Watcher", watcher),
        events.append,
        service_time_s,
    )
    asyncio.run(climbing.run())
    return climbing, driver, watcher, events


def test_each_level_is_started_measured_and_stopped() -> None:
    climbing, driver, watcher, _ = climb(1000.0, 1, 10)
    assert [each["do"] for each in driver.said] == ["start", "window", "stop"] * 2
    assert [each["load"] for each in driver.said if each["do"] == "start"] == [
        {"users": 1},
        {"users": 10},
    ]
    assert [step.index for step in climbing.steps] == [0, 1]
    assert watcher.steps == [0, None, 1, None]


def test_users_start_spread_over_one_service_time() -> None:
    _, driver, _, _ = climb(1000.0, 1, service_time_s=0.25)
    assert driver.said[0]["spread_s"] == 0.25


def test_each_level_has_a_seed_of_its_own() -> None:
    _, driver, _, _ = climb(1000.0, 1, 10)
    seeds = {each["seed"] for each in driver.said if each["do"] == "start"}
    assert len(seeds) == 2


def test_the_target_is_read_at_both_edges_of_the_window() -> None:
    climbing, driver, watcher, _ = climb(1000.0, 1)
    window = driver.said[1]
    assert watcher.edges == [("opens", window["opens_at_s"]), ("closes", window["closes_at_s"])]
    assert window["closes_at_s"] - window["opens_at_s"] == 6.0
    times = climbing.steps[0].times
    assert times is not None
    assert times.opens_at_s == window["opens_at_s"]
    assert times.drained_at_s == window["closes_at_s"] + 0.5


def test_windows_open_on_a_whole_second_of_their_step() -> None:
    climbing, _, _, _ = climb(1000.0, 1)
    times = climbing.steps[0].times
    assert times is not None
    offset_s = times.opens_at_s - times.started_s
    assert abs(offset_s - round(offset_s)) < 1e-6


def test_the_throughput_of_the_pilot_is_kept() -> None:
    climbing, _, _, _ = climb(50.0, 1)
    assert climbing.steps[0].pilot_throughput_per_s == 50.0


def test_a_level_that_needs_too_long_a_warm_up_is_skipped_and_the_next_is_driven() -> None:
    climbing, driver, _, _ = climb(10.0, 5, 1000, max_warm_up=20.0)
    assert [step.times is None for step in climbing.steps] == [False, True]
    assert "warm-up of 120 s" in str(climbing.steps[1].skipped)
    assert [each["do"] for each in driver.said][-2:] == ["start", "stop"]


def test_what_was_under_way_when_the_target_died_is_told_from_what_was_to_come() -> None:
    climbing = Climb(
        trial(1, 2, 3),
        Load(users=(1, 2, 3)),
        cast("DriverLink", FakeDriver(1.0)),
        cast("Watcher", FakeWatcher()),
        lambda _: None,
        None,
    )
    climbing.abandon("the target had died")
    assert [step.skipped for step in climbing.steps] == [
        None,
        "the target had died",
        "the target had died",
    ]
    assert all(step.times is None for step in climbing.steps)


def test_phases_and_live_numbers_are_told_as_they_come() -> None:
    _, _, _, events = climb(1000.0, 1)
    phases = [event.phase for event in events if isinstance(event, StepPhaseBegan)]
    assert phases[:2] == ["pilot", "warm-up"]
    live = [event for event in events if isinstance(event, LiveNumbers)]
    assert live[0].throughput_per_s == 1000.0
    assert live[0].target_cpu_ratio == 0.5
