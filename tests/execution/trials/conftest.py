"""Drivers and watchers that answer at once, and climbs that go through steps with them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest

from bench.execution.trials.climbing import Climb
from bench.execution.trials.controls import Controls
from bench.execution.trials.driver_link import DriverLink
from bench.execution.trials.party import Party
from bench.execution.watching.watcher import Watcher
from bench.model.arm import ARMS, Arm
from bench.model.experiment import Load
from bench.model.load_level import Users
from bench.model.plan import PlannedStep, PlannedTrial
from bench.model.progress import ProgressEvent
from bench.model.trial import MeasuredStep


class FakeDriver:
    """Answers as the protocol says, at once, with a throughput of its own.

    Args:
        throughput_per_s: of each pilot.
        begins: when a step begins that was to begin at that moment; None: at once.
        over_after: the step after which it can drive no further one.
        drains: whether its windows ever end.
        streams: whether its users hold streams, each opened once.
    """

    def __init__(
        self,
        throughput_per_s: float,
        *,
        begins: Callable[[float | None], float] | None = None,
        over_after: int | None = None,
        drains: bool = True,
        streams: bool = False,
    ) -> None:
        self.said: list[dict[str, Any]] = []
        self.on_progress: Any = lambda _: None
        self._throughput_per_s = throughput_per_s
        self._begins = begins or (lambda at_s: time.monotonic() if at_s is None else at_s)
        self._over_after = over_after
        self._drains = drains
        self._streams = streams
        self._started_s = 0.0
        self.polls = 0

    def told(self, do: str) -> list[dict[str, Any]]:
        """Return the commands of one kind."""
        return [each for each in self.said if each["do"] == do]

    async def say(self, do: str, **details: object) -> None:
        self.said.append({"do": do, **details})

    async def hear(
        self, event: str, within_s: float, *, ignoring: str | None = None
    ) -> dict[str, Any]:
        match event:
            case "started":
                self._started_s, self.polls = self._begins(self.said[-1].get("at_s")), 0
                return {"event": event, "t_s": self._started_s}
            case "progress":
                return self._progress()
            case "drained" if not self._drains:
                await asyncio.Event().wait()
            case "drained":
                return {"event": event, "t_s": self.said[-1]["closes_at_s"] + 0.5}
            case "stopped" if self._over_after == self.told("start")[-1]["step"]:
                return {"event": event, "over": "out of files"}
        return {"event": event}

    def _progress(self) -> dict[str, Any]:
        self.polls += 1
        elapsed_s = 0.1 + self.polls
        progress = {
            "event": "progress",
            "t_s": self._started_s + elapsed_s,
            "completed": self._throughput_per_s * (elapsed_s - 0.1),
            "throughput_per_s": self._throughput_per_s,
            "p99_s": 0.1,
            "errors": 0,
            "in_flight": 1,
        }
        if self._streams:
            progress["streams"] = int(progress["completed"])
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


class Climbing:
    """A climb with all that took part in it; each driver has a party and a watcher of its own."""

    def __init__(
        self,
        drivers: Sequence[FakeDriver],
        users: Sequence[int],
        *,
        service_times_s: Sequence[float | None] | None = None,
        max_warm_up: float = 30.0,
        spread_s: float = 0.0,
    ) -> None:
        self.drivers = list(drivers)
        self.watchers = [FakeWatcher() for _ in drivers]
        self.events: list[ProgressEvent] = []
        self.controls = Controls()
        self.on_event: Callable[[ProgressEvent], None] = lambda _: None
        arms: Sequence[Arm | None] = ARMS if len(drivers) == 2 else (None,)
        self.parties = [
            Party(
                cast("DriverLink", driver),
                cast("Watcher", watcher),
                service_time_s,
                arm=arm,
                shift=0.5 if arm == "candidate" else 0.0,
            )
            for driver, watcher, arm, service_time_s in zip(
                drivers, self.watchers, arms, service_times_s or [0.1] * len(drivers), strict=True
            )
        ]
        self.climb = Climb(
            plan_trial(*users, spread_s=spread_s),
            Load(users=tuple(users), max_warm_up=max_warm_up),
            self.parties,
            self._announce,
            controls=self.controls,
        )

    def _announce(self, event: ProgressEvent) -> None:
        self.events.append(event)
        self.on_event(event)

    @property
    def steps(self) -> list[MeasuredStep]:
        """Return the steps of the only party, or of a duet's baseline."""
        return self.parties[0].steps

    def run(self) -> Climbing:
        asyncio.run(self.climb.run())
        return self


def plan_trial(*users: int, spread_s: float = 0.0) -> PlannedTrial:
    return PlannedTrial(
        number=1,
        experiment="waiting",
        variant="loop",
        stratum={},
        repetition=0,
        seed=7,
        steps=tuple(
            PlannedStep(index=index, load=Users(users=count), window_s=6.0, spread_s=spread_s)
            for index, count in enumerate(users)
        ),
    )


@pytest.fixture
def make_driver() -> type[FakeDriver]:
    return FakeDriver


@pytest.fixture
def prepare_climb() -> type[Climbing]:
    return Climbing
