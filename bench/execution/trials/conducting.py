"""Conduct one trial: start its target, compare its answers, climb or search, stop everything."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench.analysis.judging import judge_last_attempt
from bench.execution.supervision.processes import ManagedProcess, Supervisor
from bench.execution.targets.launching import RunningTarget, launch_target
from bench.execution.targets.stratum_env import stratum_env
from bench.execution.trials.climbing import Climb
from bench.execution.trials.comparing_answers import References, check_answers
from bench.execution.trials.driver_link import DriverLink
from bench.execution.trials.fleet import RunFleet
from bench.execution.trials.generator import RunningDriver, start_driver
from bench.execution.trials.searching import Search
from bench.execution.watching.watcher import Watcher
from bench.model.experiment import Experiment
from bench.model.knee import Attempt
from bench.model.plan import Placement, PlannedTrial
from bench.model.progress import ProgressEvent, TrialBegan
from bench.model.trial import MeasuredStep, MeasuredTrial
from bench.storage.evidence import OBSERVATIONS, READINGS, read_evidence
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
    allow_remote: bool = False
    """Whether hosts may be loaded that are not loopback."""
    fleet: RunFleet | None = None
    """None: one process generates the load."""


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
        begun = _begin_record(setting, trial, target, started_at)
        loaded = await _load(setting, trial, folder, target, begun, stack)
    return loaded.model_copy(update={"finished_at": datetime.now(UTC).isoformat()})


def _begin_record(
    setting: TrialSetting, trial: PlannedTrial, target: RunningTarget, started_at: datetime
) -> MeasuredTrial:
    """Write down what is known of a trial before load."""
    return MeasuredTrial(
        number=trial.number,
        experiment=trial.experiment,
        variant=trial.variant,
        stratum=trial.stratum,
        repetition=trial.repetition,
        seed=trial.seed,
        started_at=started_at.isoformat(),
        finished_at=started_at.isoformat(),
        command=target.command,
        placement=_placement(setting, target),
        services=dict(setting.service_descriptions),
        host=target.host,
        port=target.port,
        ready_after_s=target.ready_after_s,
        service_time_s=None,
        steps=(),
    )


async def _load(
    setting: TrialSetting,
    trial: PlannedTrial,
    folder: Path,
    target: RunningTarget,
    begun: MeasuredTrial,
    stack: AsyncExitStack,
) -> MeasuredTrial:
    file = setting.experiment.file
    driver = await stack.enter_async_context(
        start_driver(
            setting.supervisor,
            setting.experiment,
            target_url=target.url,
            env={**setting.service_env, **stratum_env(trial.stratum)},
            seed=trial.seed,
            cores=setting.placement.generator,
            folder=folder,
            allow_remote=setting.allow_remote,
            fleet=setting.fleet,
        )
    )
    link = driver.link
    service_time_s = await check_answers(
        link,
        file,
        trial,
        seed=setting.probe_seed,
        references=setting.references,
        folder=folder,
    )
    watcher = _watcher(setting, target, driver, folder)
    await stack.enter_async_context(watcher.watching())
    begun = begun.model_copy(update={"service_time_s": service_time_s, "workers": driver.workers})
    search = _search(setting, trial, folder, link, begun)
    climb = Climb(trial, file.load, link, watcher, setting.announce, service_time_s, search)
    failure = await _climb_while_alive(climb, target.process)
    await link.say("quit")
    knee = search.find_knee(failure or climb.over) if search else None
    return begun.model_copy(update={"steps": tuple(climb.steps), "failure": failure, "knee": knee})


def _search(
    setting: TrialSetting,
    trial: PlannedTrial,
    folder: Path,
    link: DriverLink,
    begun: MeasuredTrial,
) -> Search | None:
    """Prepare the search of a trial that has one in place of a ladder."""
    if trial.search is None:
        return None
    file = setting.experiment.file

    def judge(step: MeasuredStep) -> Attempt:
        seen = read_evidence(folder)
        so_far = begun.model_copy(update={"steps": (step,)})
        return judge_last_attempt(
            so_far, file, seen.slices, seen.readings, seen.observations, cores=setting.cores
        )

    return Search(trial, file, link, judge, setting.announce, begun.service_time_s)


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
        allow_remote=setting.allow_remote,
    )


def _placement(setting: TrialSetting, target: RunningTarget) -> Placement:
    """Say where everybody ran: where a target runs that is none of ours, nobody knows."""
    if target.process is not None:
        return setting.placement
    return setting.placement.model_copy(update={"target": ()})


def _watcher(
    setting: TrialSetting, target: RunningTarget, driver: RunningDriver, folder: Path
) -> Watcher:
    return Watcher(
        {
            "target": lambda: (target.process.pid,) if target.process else (),
            "generator": lambda: tuple(process.pid for process in driver.processes),
            "services": setting.service_pids,
            "harness": lambda: (os.getpid(), setting.supervisor.pid),
        },
        sink=partial(append_lines, folder / READINGS),
    )


async def _climb_while_alive(climb: Climb, target: ManagedProcess | None) -> str | None:
    """Climb until the top is reached or the target is gone; say what became of the target.

    The end of a target that is none of our processes shows in errors alone.
    """
    if target is None:
        await climb.run()
        return None
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
