"""Climb: pilot, warm-up, window and drain of one load level after the other.

Which level is next is up to a route: the trial's ladder, or a search that looks at what was driven.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from math import ceil
from typing import Any, Final, Protocol

from pydantic import TypeAdapter

from bench.execution.trials.driver_link import DriverLink
from bench.execution.watching.watcher import Watcher
from bench.model.caution import Caution
from bench.model.experiment import Load
from bench.model.plan import PlannedStep, PlannedTrial
from bench.model.progress import LiveNumbers, ProgressEvent, StepPhase, StepPhaseBegan
from bench.model.trial import MeasuredStep, StepTimes
from bench.planning.planning import derive_seed
from bench.planning.warming import PILOT_S, pilot_is_over, reason_to_skip, warm_up_s

_ANSWERS_WITHIN_S: Final = 30.0
"""For what a driver does at once, on a machine that may be busy; includes its 5 s of grace."""

_NOTICE_S: Final = 0.25
"""How far ahead of its opening a window is announced, so that the driver hears of it in time."""

_DEFAULT_SPREAD_S: Final = 0.1
"""Over which users start where the service time is not known."""

_MAX_SPREAD_S: Final = 5.0

_PROBLEMS: Final[TypeAdapter[tuple[Caution, ...]]] = TypeAdapter(tuple[Caution, ...])


class Route(Protocol):
    """Decides which step comes next."""

    @property
    def max_drain_s(self) -> float:
        """How long after its window a step waits for answers."""

    async def choose(self, driven: Sequence[MeasuredStep]) -> PlannedStep | None:
        """Choose the step that comes after those that were driven; None: the trial is over."""

    def list_ahead(self, driven: int) -> Sequence[PlannedStep]:
        """List the steps that were to come after so many: the first of them was under way."""


class Ladder:
    """The route of a trial that was planned step by step, lowest level first."""

    def __init__(self, trial: PlannedTrial, load: Load) -> None:
        self._steps = trial.steps
        self.max_drain_s = load.max_drain

    async def choose(self, driven: Sequence[MeasuredStep]) -> PlannedStep | None:
        """Choose the next higher level."""
        return next(iter(self.list_ahead(len(driven))), None)

    def list_ahead(self, driven: int) -> Sequence[PlannedStep]:
        """List the levels above those that were driven."""
        return self._steps[driven:]


class Climb:
    """One trial on its way; `steps` grows as it goes."""

    def __init__(
        self,
        trial: PlannedTrial,
        load: Load,
        link: DriverLink,
        watcher: Watcher,
        announce: Callable[[ProgressEvent], None],
        service_time_s: float | None,
        route: Route | None = None,
    ) -> None:
        self.steps: list[MeasuredStep] = []
        self.over: str | None = None
        """Why the driver can drive no further step."""
        self._route = route or Ladder(trial, load)
        self._trial = trial
        self._load = load
        self._link = link
        self._watcher = watcher
        self._announce = announce
        self.service_time_s = service_time_s
        link.on_progress = self._show

    async def run(self) -> None:
        """Drive one step after the other, as the route says."""
        while (step := await self._route.choose(self.steps)) is not None:
            self._watcher.set_step(step.index)
            self.steps.append(await self._drive(step))
            self._watcher.set_step(None)
            if self.over is not None:
                ahead = self._route.list_ahead(len(self.steps))
                self.steps += [_unmeasured(step, skipped=self.over) for step in ahead]
                return

    def abandon(self, reason: str) -> None:
        """Note the steps that could not be driven to their end: the first was under way."""
        missing = self._route.list_ahead(len(self.steps))
        self.steps += [_unmeasured(step, skipped=None) for step in missing[:1]]
        self.steps += [_unmeasured(step, skipped=reason) for step in missing[1:]]

    async def _drive(self, step: PlannedStep) -> MeasuredStep:
        spread_s = min(self.service_time_s or _DEFAULT_SPREAD_S, _MAX_SPREAD_S)
        await self._link.say(
            "start",
            step=step.index,
            load=step.load.model_dump(),
            spread_s=spread_s,
            seed=derive_seed(self._trial.seed, step.index),
        )
        started = await self._link.hear("started", _ANSWERS_WITHIN_S)
        started_s = float(started["t_s"])
        throughput_per_s = await self._pilot(step, started_s + spread_s)
        warm_up = warm_up_s(step.load, throughput_per_s, spread_s)
        skipped = reason_to_skip(
            step.load,
            warm_up_s=warm_up,
            max_warm_up_s=self._load.max_warm_up,
            window_s=step.window_s,
            service_time_s=self.service_time_s,
        )
        times = None if skipped else await self._measure(step, started_s, warm_up)
        await self._link.say("stop")
        stopped = await self._link.hear("stopped", _ANSWERS_WITHIN_S)
        self.over = stopped.get("over")
        return MeasuredStep(
            index=step.index,
            load=step.load,
            times=times,
            pilot_throughput_per_s=throughput_per_s,
            skipped=skipped,
            problems=_PROBLEMS.validate_python(stopped.get("problems") or ()),
        )

    async def _pilot(self, step: PlannedStep, from_s: float) -> float:
        """Watch a level just long enough to know its throughput, failed requests included."""
        self._tell(step, "pilot", PILOT_S)
        while True:
            progress = await self._link.hear("progress", _ANSWERS_WITHIN_S)
            completed, elapsed_s = int(progress["completed"]), float(progress["t_s"]) - from_s
            if pilot_is_over(step.load, completed, elapsed_s, self._load.max_warm_up):
                return completed / elapsed_s

    async def _measure(self, step: PlannedStep, started_s: float, warm_up: float) -> StepTimes:
        # Windows open on a whole second of the step, so that slices and window share their edges.
        earliest_s = max(warm_up, time.monotonic() + _NOTICE_S - started_s)
        opens_at_s = started_s + ceil(earliest_s)
        closes_at_s = opens_at_s + step.window_s
        deadline_s = closes_at_s + self._route.max_drain_s
        self._tell(step, "warm-up", opens_at_s - time.monotonic())
        await self._link.say(
            "window", opens_at_s=opens_at_s, closes_at_s=closes_at_s, deadline_s=deadline_s
        )
        edges = asyncio.create_task(self._read_edges(step, opens_at_s, closes_at_s))
        try:
            within_s = deadline_s - time.monotonic() + _ANSWERS_WITHIN_S
            drained = await self._link.hear("drained", within_s)
            await edges
        finally:
            edges.cancel()
        return StepTimes(
            started_s=started_s,
            opens_at_s=opens_at_s,
            closes_at_s=closes_at_s,
            drained_at_s=float(drained["t_s"]),
        )

    async def _read_edges(self, step: PlannedStep, opens_at_s: float, closes_at_s: float) -> None:
        await self._watcher.read_edge("opens", opens_at_s)
        self._tell(step, "window", closes_at_s - time.monotonic())
        await self._watcher.read_edge("closes", closes_at_s)
        self._tell(step, "drain", self.service_time_s or 0.0)

    def _tell(self, step: PlannedStep, phase: StepPhase, expected_s: float) -> None:
        self._announce(
            StepPhaseBegan(
                trial=self._trial,
                step=step.index,
                load=step.load,
                phase=phase,
                expected_s=max(expected_s, 0.0),
            )
        )

    def _show(self, progress: dict[str, Any]) -> None:
        target = self._watcher.latest("target")
        self._announce(
            LiveNumbers(
                t_s=progress["t_s"],
                throughput_per_s=progress.get("throughput_per_s"),
                p99_s=progress.get("p99_s"),
                errors=progress.get("errors") or 0,
                in_flight=progress.get("in_flight") or 0,
                target_cpu_ratio=self._watcher.cpu_ratio("target"),
                target_rss_bytes=target.rss_bytes if target else None,
                generator_cpu_ratio=self._watcher.cpu_ratio("generator"),
            )
        )


def _unmeasured(step: PlannedStep, skipped: str | None) -> MeasuredStep:
    return MeasuredStep(
        index=step.index, load=step.load, times=None, pilot_throughput_per_s=None, skipped=skipped
    )
