"""The run loop: each trial is conducted, judged and stored before the next begins."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from bench.analysis.disturbances import find_disturbances
from bench.analysis.judging import ArmLines, judge_duet, judge_trial
from bench.cli.keys import obeying_keys
from bench.errors import BenchError, StorageError, SupervisorError
from bench.execution.machine.pinning import can_pin, pin_self
from bench.execution.services.starting import start_services
from bench.execution.supervision.processes import Supervisor, supervise
from bench.execution.trials.comparing_answers import References
from bench.execution.trials.conducting import conduct_trial
from bench.execution.trials.controls import Controls
from bench.execution.trials.fleet import RunFleet, prepare_fleet, saying_farewell
from bench.execution.trials.parts import share_out
from bench.execution.trials.setting import Side, TrialSetting, alike
from bench.execution.trials.standing import StandingTarget
from bench.model.caution import CautionCode
from bench.model.environment import Environment
from bench.model.experiment import Experiment
from bench.model.plan import Placement, Plan, PlannedTrial
from bench.model.progress import Notice, ProgressEvent, TrialEnded
from bench.model.run import SCHEMA_VERSION
from bench.model.trial import MeasuredTrial, TrialRecord
from bench.planning.placing import place
from bench.storage.evidence import read_answers, read_evidence
from bench.storage.run_folder import RunFolder, arm_folder

KEYS: Final = "s skips the step, q ends after this trial, Ctrl-C ends now"
"""What `measure` makes of keys, where it is given controls."""

Announce = Callable[[ProgressEvent], None]
Attend = Callable[[TrialSetting, Sequence[StandingTarget]], None]
"""Is told of a trial's targets once they stand, before they are loaded."""


@dataclass
class Outcome:
    """How a run went: what stopped experiments, and whether somebody stopped the run."""

    failures: list[BenchError] = field(default_factory=list)
    interrupted: bool = False


async def measure(
    plan: Plan,
    folder: RunFolder,
    finished: frozenset[int],
    environment: Environment,
    announce: Announce,
    attend: Attend = lambda *_: None,
    controls: Controls | None = None,
) -> Outcome:
    """Measure the trials of a plan that are not finished yet; `attend` is told who stands.

    A failure ends its experiment and not the run; Ctrl-C, SIGTERM and SIGHUP end the run, with all
    processes stopped and all finished trials kept.

    Raises:
        StorageError: records can't be written, so that going on would lose them.
        SupervisorError: processes can't be controlled any more.
    """
    outcome = Outcome()
    wishes = controls or Controls()
    work = asyncio.ensure_future(
        _measure_all(plan, folder, finished, environment, announce, outcome, attend, wishes)
    )
    keys = _list_keys(controls, announce) if controls else {}
    with stopping_on_signals(work, outcome), obeying_keys(keys):
        try:
            await work
        except asyncio.CancelledError:
            if not outcome.interrupted:
                raise
    return outcome


def _list_keys(controls: Controls, announce: Announce) -> dict[str, Callable[[], None]]:
    def end_after_trial() -> None:
        controls.end_after_trial()
        announce(Notice(text="the run ends once this trial is whole"))

    return {"s": controls.skip_step, "q": end_after_trial}


async def _measure_all(
    plan: Plan,
    folder: RunFolder,
    finished: frozenset[int],
    environment: Environment,
    announce: Announce,
    outcome: Outcome,
    attend: Attend,
    controls: Controls,
) -> None:
    fleet = prepare_fleet(plan.fleet) if plan.fleet else None
    if fleet is not None and fleet.plan.remote:
        text = (
            f"workers to join from elsewhere: {fleet.plan.remote}, each with {fleet.invitation()}"
        )
        announce(Notice(text=text))
    async with supervise() as supervisor, saying_farewell(supervisor, fleet):
        for experiment in plan.experiments:
            trials = [trial for trial in plan.trials if trial.experiment == experiment.name]
            if all(trial.number in finished for trial in trials):
                continue
            try:
                async with setting_of(
                    plan, experiment, folder, supervisor, environment, announce, fleet
                ) as setting:
                    attended = replace(setting, attendant=attend, controls=controls)
                    await _measure_trials(attended, trials, folder, finished, plan.again)
            except (StorageError, SupervisorError):
                raise
            except BenchError as error:
                announce(Notice(text=f"{experiment.name} ends here: {error.message}"))
                outcome.failures.append(error)
            if controls.is_ending:
                outcome.interrupted = _is_cut_short(plan, folder)
                return


def _is_cut_short(plan: Plan, folder: RunFolder) -> bool:
    return any(not folder.has_trial(trial.folder_name) for trial in plan.trials)


@asynccontextmanager
async def setting_of(
    plan: Plan,
    experiment: Experiment,
    folder: RunFolder,
    supervisor: Supervisor,
    environment: Environment,
    announce: Announce,
    fleet: RunFleet | None = None,
) -> AsyncIterator[TrialSetting]:
    """Start an experiment's services, and say what all of its trials share.

    Raises:
        ServiceError: one of them can't be had.
    """
    placement = place(
        environment.usable_cores,
        experiment.file.cores,
        plan.pin,
        can_pin=can_pin(),
        generator_cores=max(fleet.plan.local, 1) if fleet else _count_generators(plan),
    )
    if fleet is not None and len(placement.generator) < fleet.plan.local:
        announce(Notice(text=_crowding(fleet.plan.local, placement)))
    pin_self(placement.services or placement.generator)
    logs = None
    if experiment.file.services:
        announce(Notice(text=f"starting services for {experiment.name}"))
        logs = folder.services_path(experiment.name)
    async with start_services(
        supervisor, experiment, cores=placement.services, folder=logs
    ) as services:
        yield TrialSetting(
            supervisor=supervisor,
            experiment=experiment,
            placement=placement,
            sides=alike(
                Side(experiment, services.env, services.descriptions, lambda: services.pids)
            ),
            probe_seed=plan.seed,
            references=References(),
            announce=announce,
            cores=environment.cores,
            allow_remote=plan.allow_remote,
            fleet=fleet,
        )


def _count_generators(plan: Plan) -> int:
    return 2 if any(trial.mode == "duet" for trial in plan.trials) else 1


def _crowding(workers: int, placement: Placement) -> str:
    cores = len(placement.generator)
    where = f"share {cores} core{'s' if cores > 1 else ''}" if cores else "are not pinned"
    return f"{workers} workers {where}: together they send no more than so many cores can"


async def _measure_trials(
    setting: TrialSetting,
    trials: list[PlannedTrial],
    folder: RunFolder,
    finished: frozenset[int],
    again: int,
) -> None:
    for trial in trials:
        if trial.number in finished:
            _recall_answers(setting.references, trial, folder)
    for trial in trials:
        if trial.number not in finished:
            await measure_trial(setting, trial, folder, again)
            if setting.controls.is_ending:
                return


async def measure_trial(
    setting: TrialSetting, trial: PlannedTrial, folder: RunFolder, again: int = 0
) -> TrialRecord:
    """Conduct a trial, judge it and store it.

    Args:
        setting: what the trials of the experiment share.
        trial: the trial.
        folder: where it is stored.
        again: how often it is measured anew, at once, where something disturbed it.

    Raises:
        TargetError: a target did not start, or answered wrongly before load.
        GeneratorError: a driver failed.
        StorageError: records can't be written.
    """
    aside: tuple[CautionCode, ...] = ()
    while True:
        trial_folder = folder.begin_trial(trial)
        measured = await conduct_trial(setting, trial, trial_folder)
        record, unreadable = _judge(setting, measured, trial_folder)
        disturbances = find_disturbances(record.steps)
        if not disturbances or len(aside) == again or setting.controls.is_ending:
            break
        folder.set_aside(trial.folder_name, record)
        aside = (*aside, disturbances[0])
        setting.announce(Notice(text=f"measured again: {disturbances[0].value}"))
    record = record.model_copy(update={"set_aside": aside})
    folder.finish_trial(trial.folder_name, record)
    if unreadable:
        text = f"{unreadable} observations of the target could not be read"
        setting.announce(Notice(text=text))
    failure = next((arm.failure for arm in measured if arm.failure is not None), None)
    setting.announce(
        TrialEnded(trial=trial, steps=record.steps, failure=failure, knee=measured[0].knee)
    )
    return record


def _judge(
    setting: TrialSetting, measured: Sequence[MeasuredTrial], folder: Path
) -> tuple[TrialRecord, int]:
    """Judge a trial by what lies in its folder; return how many observations were unreadable."""
    file, cores = setting.experiment.file, setting.cores
    evidence = [read_evidence(arm_folder(folder, arm.arm)) for arm in measured]
    lines = [
        ArmLines(arm, seen.slices, seen.readings, seen.observations)
        for arm, seen in zip(measured, evidence, strict=True)
    ]
    if len(lines) == 1:
        (alone,) = lines
        steps = judge_trial(
            alone.trial, file, alone.slices, alone.readings, alone.observations, cores=cores
        )
    else:
        baseline, candidate = lines
        steps = judge_duet(baseline, candidate, file, cores=cores)
    record = TrialRecord(
        schema_version=SCHEMA_VERSION,
        trial=measured[0],
        candidate=measured[1] if len(measured) > 1 else None,
        steps=steps,
    )
    return record, sum(seen.unreadable_observations for seen in evidence)


def _recall_answers(references: References, trial: PlannedTrial, folder: RunFolder) -> None:
    for part in share_out(trial, folder.trial_path(trial.folder_name)):
        answers = read_answers(part.folder)
        if answers:
            references.learn(part.label, trial.stratum, answers)


@contextmanager
def stopping_on_signals(work: asyncio.Future[None], outcome: Outcome) -> Iterator[None]:
    """Cancel the work at a signal; the clean-up then takes its course."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        outcome.interrupted = True
        work.cancel()

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in signals:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
