"""A target that stands ready for load: it runs, its driver is ready, and somebody watches."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench.execution.targets.launching import RunningTarget, launch_target
from bench.execution.targets.ports import loopback_url
from bench.execution.targets.stratum_env import stratum_env
from bench.execution.together import SideBySide, together
from bench.execution.trials.generator import RunningDriver, start_driver
from bench.execution.trials.parts import Part, naming_arm
from bench.execution.trials.setting import Side, TrialSetting
from bench.execution.watching.watcher import Watcher
from bench.model.arm import Arm
from bench.model.trial import MeasuredTrial
from bench.storage.evidence import OBSERVATIONS, READINGS
from bench.storage.lines import append_lines


@dataclass(frozen=True)
class StandingTarget:
    """A target, its driver and its watcher."""

    part: Part
    target: RunningTarget
    driver: RunningDriver
    watcher: Watcher


@asynccontextmanager
async def stand(
    setting: TrialSetting, parts: Sequence[Part], starts_first: Arm | None = None
) -> AsyncIterator[list[StandingTarget]]:
    """Start all parts' targets at once, and what loads and watches them; in the order of the parts.

    On leaving, all drivers are ended at once, and then the targets that they loaded.

    Args:
        starts_first: the arm whose target is started first.

    Raises:
        TargetError: a target did not start; the error names the arm.
        GeneratorError: a driver failed.
    """
    order = sorted(parts, key=lambda part: part.arm != starts_first)
    async with SideBySide() as targets, SideBySide() as attendants:
        starting = {
            part.arm: asyncio.ensure_future(targets.enter(_start_target(setting, part)))
            for part in order
        }
        attending = asyncio.ensure_future(
            together(attendants.enter(_attend(setting, part, starting[part.arm])) for part in parts)
        )
        await together([together(starting.values()), attending])
        yield attending.result()


@asynccontextmanager
async def _start_target(setting: TrialSetting, part: Part) -> AsyncIterator[RunningTarget]:
    side = setting.sides[part.arm]
    with naming_arm(part.arm):
        async with launch_target(
            setting.supervisor,
            side.experiment,
            part.variant,
            part.trial.stratum,
            seed=part.trial.seed,
            cores=setting.placement.target,
            service_env=side.service_env,
            log=part.folder / "target.log",
            observations=part.folder / OBSERVATIONS,
            allow_remote=setting.allow_remote,
            environment=side.environment,
            python=side.python,
            choose_port=part.choosing_port(),
        ) as target:
            yield target


@asynccontextmanager
async def _attend(
    setting: TrialSetting, part: Part, starting: Awaitable[RunningTarget]
) -> AsyncIterator[StandingTarget]:
    """Give a target its driver and its watcher, who watches from when both are ready."""
    side = setting.sides[part.arm]
    async with _start_driver(setting, part, starting) as (target, driver):
        watcher = _watcher(setting, side, target, driver, part.folder)
        async with watcher.watching():
            yield StandingTarget(part, target, driver, watcher)


@asynccontextmanager
async def _start_driver(
    setting: TrialSetting, part: Part, starting: Awaitable[RunningTarget]
) -> AsyncIterator[tuple[RunningTarget, RunningDriver]]:
    """Start a driver, beside its target if it may be; ready is who has both."""
    expected = _expect_url(setting, part)
    if expected is not None:
        async with _driver_of(setting, part, expected) as driver:
            target = await starting
            if target.url == expected:
                yield target, driver
                return
    target = await starting  # before, or on another port than the one that was free
    async with _driver_of(setting, part, target.url) as driver:
        yield target, driver


def _expect_url(setting: TrialSetting, part: Part) -> str | None:
    """Return where a target will be, if its driver may start before it is ready, which saves time.

    Only our own driver may, with declared load: a scenario or command of somebody else's may ask
    its target for something at once.
    """
    file = setting.experiment.file
    variant = setting.sides[part.arm].experiment.file.variants[part.variant]
    if file.scenario or file.driver or setting.fleet or variant.url is not None:
        return None
    return loopback_url(part.port, tls=variant.tls)


def _driver_of(
    setting: TrialSetting, part: Part, url: str
) -> AbstractAsyncContextManager[RunningDriver]:
    return start_driver(
        setting.supervisor,
        setting.experiment,
        target_url=url,
        env={**setting.sides[part.arm].service_env, **stratum_env(part.trial.stratum)},
        seed=part.trial.seed,
        cores=_generator_cores(setting, part),
        folder=part.folder,
        allow_remote=setting.allow_remote,
        fleet=setting.fleet,
    )


def begin_record(
    setting: TrialSetting, standing: StandingTarget, started_at: datetime
) -> MeasuredTrial:
    """Write down what is known of a part before load."""
    part, target = standing.part, standing.target
    return MeasuredTrial(
        number=part.trial.number,
        experiment=part.trial.experiment,
        variant=part.variant,
        stratum=part.trial.stratum,
        repetition=part.trial.repetition,
        seed=part.trial.seed,
        mode=part.trial.mode,
        arm=part.arm,
        started_at=started_at.isoformat(),
        finished_at=datetime.now(UTC).isoformat(),
        command=target.command,
        # where a target runs that is none of ours, nobody knows
        placement=setting.placement.model_copy(
            update={} if target.process else {"target": ()},
        ),
        services=dict(setting.sides[part.arm].service_descriptions),
        host=target.host,
        port=target.port,
        ready_after_s=target.ready_after_s,
        service_time_s=None,
        steps=(),
        workers=standing.driver.workers,
    )


def _generator_cores(setting: TrialSetting, part: Part) -> tuple[int, ...]:
    """Give each arm of a duet a generator core of its own where there are two, in turn."""
    cores = setting.placement.generator
    if part.arm is None or len(cores) < 2:
        return cores
    return (cores[part.arm == part.trial.starts_first],)


def _watcher(
    setting: TrialSetting, side: Side, target: RunningTarget, driver: RunningDriver, folder: Path
) -> Watcher:
    return Watcher(
        {
            "target": lambda: (target.process.pid,) if target.process else (),
            "generator": lambda: tuple(process.pid for process in driver.processes),
            "services": side.service_pids,
            "harness": lambda: (os.getpid(), setting.supervisor.pid),
        },
        sink=partial(append_lines, folder / READINGS),
    )
