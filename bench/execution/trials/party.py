"""Parties: a target's driver and its watcher, as they go through steps; a duet has two."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

from pydantic import TypeAdapter

from bench.execution.trials.driver_link import DriverLink
from bench.execution.watching.watcher import Watcher
from bench.model.arm import Arm
from bench.model.caution import Caution
from bench.model.plan import PlannedStep
from bench.model.progress import LiveNumbers
from bench.model.reading import Edge
from bench.model.trial import MeasuredStep, StepTimes
from bench.planning.warming import Pilot

ANSWERS_WITHIN_S: Final = 30.0
"""For what a driver does at once, on a machine that may be busy; includes its 5 s of grace."""

_PROBLEMS: Final[TypeAdapter[tuple[Caution, ...]]] = TypeAdapter(tuple[Caution, ...])


class Party:
    """One target on its climb; `steps` grows as it goes.

    Args:
        link: to the driver.
        watcher: of the target and all that runs beside it.
        service_time_s: of a lone user before load; None where the driver can't tell.
        arm: which one it is of a duet.
        shift: by how much of a mean gap its schedules are moved, so that the requests of two arms
            with the same schedule don't arrive in the same instant.
    """

    def __init__(
        self,
        link: DriverLink,
        watcher: Watcher,
        service_time_s: float | None,
        *,
        arm: Arm | None = None,
        shift: float = 0.0,
    ) -> None:
        self.steps: list[MeasuredStep] = []
        self.over: str | None = None
        """Why the driver can drive no further step."""
        self.service_time_s = service_time_s
        self.arm = arm
        self._shift = shift
        self._link = link
        self._watcher = watcher
        self._throughput_per_s: float | None = None
        self._deadline_s = 0.0

    async def start(
        self, step: PlannedStep, *, spread_s: float, seed: int, at_s: float | None
    ) -> float:
        """Start the load of a step; return when it began, which is `at_s` if that can be."""
        self._watcher.set_step(step.index)
        moment = {} if at_s is None else {"at_s": at_s, "shift": self._shift}
        await self._link.say(
            "start",
            step=step.index,
            load=step.load.model_dump(),
            spread_s=spread_s,
            seed=seed,
            **moment,
        )
        started = await self._link.hear("started", ANSWERS_WITHIN_S)
        return float(started["t_s"])

    async def pilot(self, pilot: Pilot, from_s: float) -> float:
        """Watch a level until its pilot is over; return how long it has to warm up, in seconds.

        Args:
            pilot: of this level; failed requests count, too.
            from_s: when the last user starts.
        """
        while True:
            progress = await self._link.hear("progress", ANSWERS_WITHIN_S)
            elapsed_s = float(progress["t_s"]) - from_s
            if pilot.is_over(elapsed_s, int(progress["completed"]), progress.get("streams")):
                self._throughput_per_s = pilot.throughput_per_s
                return pilot.warm_up_s()

    async def measure(
        self,
        times: StepTimes,
        deadline_s: float,
        passed: Callable[[Edge], None],
    ) -> StepTimes:
        """Watch the window; return its times with the end of its drain.

        Args:
            times: when it opens and closes.
            deadline_s: when what is still open is given up.
            passed: is told of each edge once it was read.
        """
        self._deadline_s = deadline_s
        await self._link.say(
            "window",
            opens_at_s=times.opens_at_s,
            closes_at_s=times.closes_at_s,
            deadline_s=deadline_s,
        )
        edges = asyncio.create_task(self._read_edges(times, passed))
        try:
            within_s = deadline_s - time.monotonic() + ANSWERS_WITHIN_S
            drained = await self._link.hear("drained", within_s)
            await edges
        finally:
            edges.cancel()
        return times.model_copy(update={"drained_at_s": float(drained["t_s"])})

    async def stop(
        self, step: PlannedStep, times: StepTimes | None, skipped: str | None
    ) -> MeasuredStep:
        """Stop the load; return the step, which is the last of `steps` now."""
        await self._link.say("stop")
        stopped = await self._link.hear("stopped", self._patience_s(), ignoring="drained")
        self._watcher.set_step(None)
        self.over = stopped.get("over")
        measured = MeasuredStep(
            index=step.index,
            load=step.load,
            arm=self.arm,
            times=times,
            pilot_throughput_per_s=self._throughput_per_s,
            skipped=skipped,
            problems=_PROBLEMS.validate_python(stopped.get("problems") or ()),
        )
        self.steps.append(measured)
        return measured

    def _patience_s(self) -> float:
        """Return how long a driver may take to stop: one that holds a window may end it first."""
        return max(self._deadline_s - time.monotonic(), 0.0) + ANSWERS_WITHIN_S

    def leave_out(self, step: PlannedStep, skipped: str | None) -> None:
        """Note a step that was not measured; without a reason it was under way."""
        self.steps.append(
            MeasuredStep(
                index=step.index,
                load=step.load,
                arm=self.arm,
                times=None,
                pilot_throughput_per_s=None,
                skipped=skipped,
            )
        )

    def show_to(self, announce: Callable[[LiveNumbers], None]) -> None:
        """Announce what driver and watcher see, as it comes."""
        self._link.on_progress = lambda progress: announce(self._numbers(progress))

    async def _read_edges(self, times: StepTimes, passed: Callable[[Edge], None]) -> None:
        await self._watcher.read_edge("opens", times.opens_at_s)
        passed("opens")
        await self._watcher.read_edge("closes", times.closes_at_s)
        passed("closes")

    def _numbers(self, progress: dict[str, Any]) -> LiveNumbers:
        target = self._watcher.latest("target")
        return LiveNumbers(
            t_s=progress["t_s"],
            throughput_per_s=progress.get("throughput_per_s"),
            p99_s=progress.get("p99_s"),
            errors=progress.get("errors") or 0,
            outcomes=progress.get("outcomes") or {},
            in_flight=progress.get("in_flight") or 0,
            target_cpu_ratio=self._watcher.cpu_ratio("target"),
            target_rss_bytes=target.rss_bytes if target else None,
            generator_cpu_ratio=self._watcher.cpu_ratio("generator"),
        )
