"""Conduct one trial: start what is measured, compare answers, climb or search, stop everything."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench.analysis.judging import judge_last_attempt
from bench.execution.together import together
from bench.execution.trials.climbing import Climb
from bench.execution.trials.comparing_answers import judge_answers, probe_target
from bench.execution.trials.parts import share_out
from bench.execution.trials.party import Party
from bench.execution.trials.searching import Search
from bench.execution.trials.setting import TrialSetting
from bench.execution.trials.standing import StandingTarget, begin_record, stand
from bench.model.knee import Attempt
from bench.model.plan import PlannedTrial
from bench.model.progress import TrialBegan
from bench.model.trial import MeasuredStep, MeasuredTrial
from bench.storage.evidence import read_evidence

_FAREWELL_S: Final = 3.0


async def conduct_trial(
    setting: TrialSetting, trial: PlannedTrial, folder: Path
) -> tuple[MeasuredTrial, ...]:
    """Run one trial from the start of its targets to their end; raw records go to `folder`.

    A target that dies under load ends the trial and not the run: the record says why.

    Returns:
        The only target's trial, or those of a duet's baseline and candidate.

    Raises:
        TargetError: a target did not start, or answered wrongly before load.
        GeneratorError: a driver failed.
        StorageError: records can't be written.
    """
    setting.announce(TrialBegan(trial=trial))
    started_at = datetime.now(UTC)
    async with stand(setting, share_out(trial, folder), trial.starts_first) as standing:
        setting.attendant(setting, standing)
        records = [begin_record(setting, each, started_at) for each in standing]
        loaded = await _load(setting, trial, standing, records)
    finished_at = datetime.now(UTC).isoformat()
    return tuple(each.model_copy(update={"finished_at": finished_at}) for each in loaded)


async def _load(
    setting: TrialSetting,
    trial: PlannedTrial,
    standing: Sequence[StandingTarget],
    records: list[MeasuredTrial],
) -> list[MeasuredTrial]:
    file = setting.experiment.file
    service_times_s = await _check_answers(setting, standing)
    parties = [
        Party(
            each.driver.link,
            each.watcher,
            service_time_s,
            arm=each.part.arm,
            shift=0.0 if each.part.arm == trial.starts_first else 0.5,
        )
        for each, service_time_s in zip(standing, service_times_s, strict=True)
    ]
    records = [
        record.model_copy(update={"service_time_s": service_time_s})
        for record, service_time_s in zip(records, service_times_s, strict=True)
    ]
    search = _search(setting, standing[0], records[0]) if trial.search else None
    climb = Climb(trial, file.load, parties, setting.announce, search, setting.controls)
    failures = await _climb_while_alive(climb, standing)
    await dismiss(standing)
    return [
        record.model_copy(
            update={
                "steps": tuple(party.steps),
                "failure": failure,
                "knee": search.find_knee(failure or climb.over) if search else None,
            }
        )
        for record, party, failure in zip(records, parties, failures, strict=True)
    ]


async def dismiss(standing: Sequence[StandingTarget]) -> None:
    """Let the drivers go; a moment is theirs, to tell workers and to end what they have begun.

    Who stays for longer is ended with all else of the trial.
    """
    for each in standing:
        await each.driver.link.say("quit")
    with suppress(TimeoutError):
        async with asyncio.timeout(_FAREWELL_S):
            await together(each.driver.processes[0].wait() for each in standing)


async def _check_answers(
    setting: TrialSetting, standing: Sequence[StandingTarget]
) -> list[float | None]:
    """Compare all answers with the reference; return each target's service time for a lone user."""
    file = setting.experiment.file
    answers = await together(
        probe_target(each.driver.link, file, seed=setting.probe_seed) for each in standing
    )
    return [
        None if of_one is None else judge_answers(of_one, file, each.part, setting.references)
        for each, of_one in zip(standing, answers, strict=True)
    ]


def _search(setting: TrialSetting, standing: StandingTarget, begun: MeasuredTrial) -> Search:
    """Prepare the search of a trial that has one in place of a ladder."""
    file = setting.experiment.file

    def judge(step: MeasuredStep) -> Attempt:
        seen = read_evidence(standing.part.folder)
        so_far = begun.model_copy(update={"steps": (step,)})
        return judge_last_attempt(
            so_far, file, seen.slices, seen.readings, seen.observations, cores=setting.cores
        )

    link, trial = standing.driver.link, standing.part.trial
    return Search(trial, file, link, judge, setting.announce, begun.service_time_s)


async def _climb_while_alive(climb: Climb, standing: Sequence[StandingTarget]) -> list[str | None]:
    """Climb until the top is reached or a target is gone; say what became of each target.

    The end of a target that is none of our processes shows in errors alone.
    """
    processes = [each.target.process for each in standing]
    climbing = asyncio.create_task(climb.run())
    dying = [asyncio.create_task(process.wait()) for process in processes if process is not None]
    try:
        await asyncio.wait({climbing, *dying}, return_when=asyncio.FIRST_COMPLETED)
        if climbing.done():
            climbing.result()
            return [None] * len(standing)
    finally:
        for task in (climbing, *dying):
            task.cancel()
        await asyncio.gather(climbing, *dying, return_exceptions=True)
    climb.abandon("the target had died" if len(standing) == 1 else "a target had died")
    return [_describe_end(each) for each in standing]


def _describe_end(standing: StandingTarget) -> str | None:
    process = standing.target.process
    if process is None or process.returncode is None:
        return None
    last = "".join(f"; its last words: {line}" for line in process.log_tail(1))
    return f"the target ended with exit code {process.returncode} under load{last}"
