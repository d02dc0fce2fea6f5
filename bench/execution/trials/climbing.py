"""Climb: pilot, warm-up, window and drain of one load level after the other.

Which level is next is up to a route: the trial's ladder, or a search that looks at what was driven.
The two parties of a duet climb together: each step begins in the same instant, and has one window.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from math import ceil
from typing import Final, Protocol

from bench.execution.together import together
from bench.execution.trials.controls import SKIPPED, Controls
from bench.execution.trials.party import Party
from bench.model.experiment import Load
from bench.model.plan import PlannedStep, PlannedTrial
from bench.model.progress import ProgressEvent, StepPhase, StepPhaseBegan
from bench.model.reading import Edge
from bench.model.trial import MeasuredStep, StepTimes
from bench.planning.seeds import derive_seed
from bench.planning.warming import PILOT_S, Pilot, reason_to_skip, start_spread_s

_NOTICE_S: Final = 0.25
"""How far ahead of its opening a window is announced, so that the driver hears of it in time."""

_LEAD_S: Final = 0.1
"""From the order to begin together until the beginning: it must have reached both drivers."""

_Held = tuple[Sequence[StepTimes | None], str | None]
"""The times of each party, and why there are none."""


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
    """One trial on its way; the steps of its parties grow as it goes.

    Args:
        trial: says which steps there are, unless the route does.
        load: how they are driven.
        parties: the targets that climb, one or two.
        announce: is told of phases, and of the last party's numbers.
        route: chooses steps; default: the trial's ladder.
        controls: has what somebody at the keyboard wants; default: nobody is there.
    """

    def __init__(
        self,
        trial: PlannedTrial,
        load: Load,
        parties: Sequence[Party],
        announce: Callable[[ProgressEvent], None],
        route: Route | None = None,
        controls: Controls | None = None,
    ) -> None:
        self._route = route or Ladder(trial, load)
        self._trial = trial
        self._load = load
        self._parties = parties
        self._announce = announce
        self._controls = controls or Controls()
        parties[-1].show_to(announce)

    @property
    def over(self) -> str | None:
        """Why a driver can drive no further step."""
        return next((party.over for party in self._parties if party.over is not None), None)

    async def run(self) -> None:
        """Drive one step after the other, as the route says."""
        first = self._parties[0]
        while (step := await self._route.choose(first.steps)) is not None:
            await self._drive(step)
            if self.over is not None:
                self._leave_out(self._route.list_ahead(len(first.steps)), self.over)
                return

    def abandon(self, reason: str) -> None:
        """Note the steps that could not be driven to their end: the first was under way."""
        driven = min(len(party.steps) for party in self._parties)
        missing = self._route.list_ahead(driven)
        for party in self._parties:
            del party.steps[driven:]
        self._leave_out(missing[:1], None)
        self._leave_out(missing[1:], reason)

    def _leave_out(self, steps: Sequence[PlannedStep], reason: str | None) -> None:
        for party in self._parties:
            for step in steps:
                party.leave_out(step, reason)

    async def _drive(self, step: PlannedStep) -> None:
        service_times_s = [party.service_time_s for party in self._parties]
        service_time_s = max((each for each in service_times_s if each), default=None)
        spread_s = max(start_spread_s(service_time_s), step.spread_s)
        self._controls.begin_step()
        started_s = await self._start(step, spread_s)
        times, skipped = await self._unless_skipped(
            self._hold(step, started_s, spread_s, service_time_s)
        )
        await together(
            party.stop(step, of_party, skipped)
            for party, of_party in zip(self._parties, times, strict=True)
        )

    async def _unless_skipped(self, holding: Coroutine[None, None, _Held]) -> _Held:
        """Hold a step until it is over, or until somebody wants it to be skipped."""
        held = asyncio.ensure_future(holding)
        wish = asyncio.ensure_future(self._controls.skipped())
        try:
            await asyncio.wait({held, wish}, return_when=asyncio.FIRST_COMPLETED)
            if held.done():
                return held.result()
        finally:
            for task in (held, wish):
                task.cancel()
            await asyncio.gather(held, wish, return_exceptions=True)
        return [None] * len(self._parties), SKIPPED

    async def _hold(
        self,
        step: PlannedStep,
        started_s: Sequence[float],
        spread_s: float,
        service_time_s: float | None,
    ) -> _Held:
        """Pilot, warm up and measure; return the times, or why the level was skipped."""
        self._tell(step, "pilot", PILOT_S)
        warm_up = max(await self._pilot(step, started_s, spread_s))
        skipped = reason_to_skip(
            step.load,
            warm_up_s=warm_up - step.spread_s,
            max_warm_up_s=self._load.max_warm_up,
            window_s=step.window_s,
            service_time_s=service_time_s,
        )
        if skipped:
            return [None] * len(self._parties), skipped
        return await self._measure(step, started_s, warm_up, service_time_s or 0.0), None

    async def _start(self, step: PlannedStep, spread_s: float) -> list[float]:
        at_s = time.monotonic() + _LEAD_S if len(self._parties) > 1 else None
        seed = derive_seed(self._trial.seed, step.index)
        return await together(
            party.start(step, spread_s=spread_s, seed=seed, at_s=at_s) for party in self._parties
        )

    async def _pilot(
        self, step: PlannedStep, started_s: Sequence[float], spread_s: float
    ) -> list[float]:
        return await together(
            party.pilot(Pilot(step.load, spread_s, self._load.max_warm_up), origin_s + spread_s)
            for party, origin_s in zip(self._parties, started_s, strict=True)
        )

    async def _measure(
        self, step: PlannedStep, started_s: Sequence[float], warm_up: float, service_time_s: float
    ) -> list[StepTimes]:
        # Windows open on a whole second of the step, so that slices and window share their edges.
        latest_s = max(started_s)
        earliest_s = max(warm_up, time.monotonic() + _NOTICE_S - latest_s)
        opens_at_s = latest_s + ceil(earliest_s)
        closes_at_s = opens_at_s + step.window_s
        self._tell(step, "warm-up", opens_at_s - time.monotonic())

        def passed(edge: Edge) -> None:
            if edge == "opens":
                self._tell(step, "window", closes_at_s - time.monotonic())
            else:
                self._tell(step, "drain", service_time_s)

        return await together(
            party.measure(
                StepTimes(
                    started_s=origin_s,
                    opens_at_s=opens_at_s,
                    closes_at_s=closes_at_s,
                    drained_at_s=closes_at_s,
                ),
                closes_at_s + self._route.max_drain_s,
                passed if party is self._parties[-1] else lambda _: None,
            )
            for party, origin_s in zip(self._parties, started_s, strict=True)
        )

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
