"""Conduct one trial: start its target, compare its answers, climb the ladder, stop everything."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench.execution.supervision.processes import ManagedProcess, Supervisor
from bench.execution.targets.launching import RunningTarget, launch_target
from bench.execution.targets.stratum_env import stratum_env
from bench.execution.trials.climbing import Climb
from bench.execution.trials.comparing_answers import References, check_answers
from bench.execution.trials.generator import start_driver
from bench.execution.watching.watcher import Watcher
from bench.model.experiment import Experiment
from bench.model.plan import Placement, PlannedTrial
from bench.model.progress import ProgressEvent, TrialBegan
from bench.model.trial import MeasuredTrial
from bench.storage.evidence import OBSERVATIONS, READINGS
from bench.storage.lines import append_lines


@dataclass(frozen=True)
class TrialSetting:
    """What the trials of one experiment share."""

    supervisor: Supervisor
    experiment: Experiment
    placement: Placement
    service_env: Mapping[str, str]
    service_descriptions: Mapping[str, str]
    service_pids: Callable[[], Sequence[int]]
    probe_seed: int
    references: References
    announce: Callable[[ProgressEvent], None]
    cores: int
    """Of the machine."""


async def conduct_trial(setting: TrialSetting, trial: PlannedTrial, folder: Path) -> MeasuredTrial:
    """Run one trial from the start of its target to its end; raw records go to `folder`.

    A target that dies under load ends the trial and not the run: the record says why.

    Raises:
        TargetError: the target did not start, or answered wrongly before load.
        GeneratorError: the driver failed.
        StorageError: records can't be written.
    """
    setting.announce(TrialBegan(trial=trial))
    started_at = datetime.now(UTC)
    async with AsyncExitStack() as stack:
        target = await stack.enter_async_context(_target(setting, trial, folder))
        climb, failure = await _load(setting, trial, folder, target, stack)
    return MeasuredTrial(
        number=trial.number,
        experiment=trial.experiment,
        variant=trial.variant,
        stratum=trial.stratum,
        repetition=trial.repetition,
        seed=trial.seed,
        started_at=started_at.isoformat(),
        finished_at=datetime.now(UTC).isoformat(),
        command=target.command,
        placement=setting.placement,
        services=dict(setting.service_descriptions),
        host=target.host,
        port=target.port,
        ready_after_s=target.ready_after_s,
        service_time_s=climb.service_time_s,
        steps=tuple(climb.steps),
        failure=failure,
    )


async def _load(
    setting: TrialSetting,
    trial: PlannedTrial,
    folder: Path,
    target: RunningTarget,
    stack: AsyncExitStack,
) -> tuple[Climb, str | None]:
    file = setting.experiment.file
    generator, link = await stack.enter_async_context(
        start_driver(
            setting.supervisor,
            setting.experiment,
            target_url=target.url,
            env={**setting.service_env, **stratum_env(trial.stratum)},
            seed=trial.seed,
            cores=setting.placement.generator,
            folder=folder,
        )
    )
    service_time_s = await check_answers(
        link,
        file,
        trial,
        seed=setting.probe_seed,
        references=setting.references,
        folder=folder,
    )
    watcher = _watcher(setting, target, generator, folder)
    await stack.enter_async_context(watcher.watching())
    climb = Climb(trial, file.load, link, watcher, setting.announce, service_time_s)
    failure = await _climb_while_alive(climb, target.process)
    await link.say("quit")
    return climb, failure


def _target(
    setting: TrialSetting, trial: PlannedTrial, folder: Path
) -> AbstractAsyncContextManager[RunningTarget]:
    return launch_target(
        setting.supervisor,
        setting.experiment,
        trial.variant,
        trial.stratum,
        seed=trial.seed,
        cores=setting.placement.target,
        service_env=setting.service_env,
        log=folder / "target.log",
        observations=folder / OBSERVATIONS,
    )


def _watcher(
    setting: TrialSetting, target: RunningTarget, generator: ManagedProcess, folder: Path
) -> Watcher:
    return Watcher(
        {
            "target": lambda: (target.process.pid,),
            "generator": lambda: (generator.pid,),
            "services": setting.service_pids,
            "harness": lambda: (os.getpid(), setting.supervisor.pid),
        },
        sink=partial(append_lines, folder / READINGS),
    )


async def _climb_while_alive(climb: Climb, target: ManagedProcess) -> str | None:
    """Climb until the top is reached or the target is gone; say what became of the target."""
    climbing = asyncio.create_task(climb.run())
    dying = asyncio.create_task(target.wait())
    try:
        await asyncio.wait({climbing, dying}, return_when=asyncio.FIRST_COMPLETED)
        if climbing.done():
            climbing.result()
            return None
    finally:
        climbing.cancel()
        dying.cancel()
        await asyncio.gather(climbing, dying, return_exceptions=True)
    climb.abandon("the target had died")
    last = "".join(f"; its last words: {line}" for line in target.log_tail(1))
    return f"the target ended with exit code {target.returncode} under load{last}"
