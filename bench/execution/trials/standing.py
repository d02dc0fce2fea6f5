"""A target that stands ready for load: it runs, its driver is ready, and somebody watches."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench.execution.targets.launching import RunningTarget, launch_target
from bench.execution.targets.stratum_env import stratum_env
from bench.execution.trials.generator import RunningDriver, start_driver
from bench.execution.trials.parts import Part, naming_arm
from bench.execution.trials.setting import Side, TrialSetting
from bench.execution.watching.watcher import Watcher
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
async def start_target(setting: TrialSetting, part: Part) -> AsyncIterator[RunningTarget]:
    """Run a part's target.

    Raises:
        TargetError: it did not start; the error names the arm.
    """
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
            choose_port=part.choose_port,
        ) as target:
            yield target


@asynccontextmanager
async def attend(
    setting: TrialSetting, part: Part, target: RunningTarget
) -> AsyncIterator[StandingTarget]:
    """Give a running target its driver and its watcher, who watches from now on.

    Raises:
        GeneratorError: the driver failed.
    """
    side = setting.sides[part.arm]
    async with start_driver(
        setting.supervisor,
        setting.experiment,
        target_url=target.url,
        env={**side.service_env, **stratum_env(part.trial.stratum)},
        seed=part.trial.seed,
        cores=_generator_cores(setting, part),
        folder=part.folder,
        allow_remote=setting.allow_remote,
        fleet=setting.fleet,
    ) as driver:
        watcher = _watcher(setting, side, target, driver, part.folder)
        async with watcher.watching():
            yield StandingTarget(part, target, driver, watcher)


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
