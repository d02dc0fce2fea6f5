"""Calibrate: plan the trials, conduct and judge them, and put the record together."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from rich.console import Console

from bench.analysis.calibrating import (
    CalibrationSubject,
    calibrate,
    refuse_answers,
    refuse_failures,
)
from bench.analysis.evidence import StepEvidence, gather_evidence
from bench.analysis.judging import judge_trial
from bench.errors import TargetDiedError
from bench.execution.calibration.parts import NULL_TARGET, PATH_VARIABLE, TASK_SCENARIO
from bench.execution.calibration.server_cores import find_server_cores
from bench.execution.machine.environment import read_environment
from bench.execution.machine.pinning import can_pin, pin_self
from bench.execution.supervision.processes import Supervisor, supervise
from bench.execution.targets.addresses import locate
from bench.execution.trials.comparing_answers import References
from bench.execution.trials.conducting import conduct_trial
from bench.execution.trials.setting import Side, TrialSetting, alike
from bench.model.calibration import Calibration, CalibrationOrder
from bench.model.environment import Environment
from bench.model.plan import Placement, Plan, PlannedTrial
from bench.model.progress import ProgressEvent, TrialEnded
from bench.model.variant import Variant
from bench.planning.calibrating import place_generator, plan_calibration
from bench.planning.estimating_time import estimate_trial_s
from bench.planning.limits import check_limits
from bench.reporting.view import choose_view
from bench.storage.evidence import read_answers, read_evidence

Announce = Callable[[ProgressEvent], None]

_OWN_WINDOW_S: Final = 2.0
_OWN_ROUNDS: Final = 3
_NAMED_WINDOW_S: Final = 5.0
_NAMED_ROUNDS: Final = 1
_READY_TIMEOUT_S: Final = 2.0
"""A server that already runs is not waited for; this forgives it a busy moment."""

_SAFE_IN_PATHS: Final = "/%:@!&'()*+,;=~?-._"
"""What a URL may hold as it is; `$` is not among it."""

_IDLE_USERS: Final = (100, 2000)
_SPARE_FILES: Final = 200


@dataclass(frozen=True)
class _Calibrating:
    """What all trials of a calibration share."""

    plan: Plan
    environment: Environment
    placement: Placement
    path: str
    target: str
    """The URL that was named; or words for our own target."""


def calibrate_null_target(users: int, window_s: float | None, rounds: int | None) -> Calibration:
    """Measure against our own target, in several rounds, with the memory that users take.

    Raises:
        BenchError: it could not be measured.
    """
    environment = read_environment()
    room = environment.open_files_limit >= _IDLE_USERS[-1] + _SPARE_FILES
    order = CalibrationOrder(
        path="/",
        users=users,
        window_s=_OWN_WINDOW_S if window_s is None else window_s,
        rounds=rounds or _OWN_ROUNDS,
        idle_users=_IDLE_USERS if room else None,
        seed=_draw_seed(),
    )
    # None of its cores is known: it is put on one of ours.
    placement = place_generator(environment.usable_cores, None, can_pin=can_pin())
    plan = plan_calibration(order, "null-target", NULL_TARGET, TASK_SCENARIO)
    work = _Calibrating(plan, environment, placement, order.path, "the null target")
    return _calibrate(work, order, url=None)


def calibrate_named_server(
    url: str, users: int, window_s: float | None, rounds: int | None, *, allow_remote: bool
) -> Calibration:
    """Measure against a server that already runs; its URL's path is what is requested.

    Raises:
        UsageError: the URL is none, or leads elsewhere and nobody has allowed it.
        TargetError: the server does not answer every request with success.
        BenchError: it could not be measured for another reason.
    """
    address = locate(url, allow_remote=allow_remote)
    order = CalibrationOrder(
        path=_requested_path(url),
        users=users,
        window_s=_NAMED_WINDOW_S if window_s is None else window_s,
        rounds=rounds or _NAMED_ROUNDS,
        idle_users=None,
        seed=_draw_seed(),
        allow_remote=allow_remote,
    )
    environment = read_environment()
    placement = place_generator(
        environment.usable_cores, find_server_cores(address.port), can_pin=can_pin()
    )
    target = Variant(url=address.url, ready=order.path, ready_timeout=_READY_TIMEOUT_S)
    plan = plan_calibration(order, "server", target, TASK_SCENARIO)
    work = _Calibrating(plan, environment, placement, order.path, url)
    return _calibrate(work, order, url=url)


def _requested_path(url: str) -> str:
    """Return a URL's path and query as they can be sent; a flow would replace ${...} in them."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return quote(path, safe=_SAFE_IN_PATHS)


def _calibrate(work: _Calibrating, order: CalibrationOrder, url: str | None) -> Calibration:
    check_limits(work.plan, work.environment.open_files_limit)
    estimates = {trial.number: estimate_trial_s(trial) for trial in work.plan.trials}
    with choose_view(Console(stderr=True), work.plan, estimates) as view:
        evidence = asyncio.run(_measure(work, view.announce))
    subject = CalibrationSubject(
        measured_at=datetime.now(UTC).isoformat(),
        pairbench=metadata.version("pairbench"),
        url=url,
        environment=work.environment,
        users=order.users,
        window_s=order.window_s,
        shared_core=work.placement.shared,
    )
    return calibrate(subject, evidence)


async def _measure(work: _Calibrating, announce: Announce) -> list[StepEvidence]:
    """Conduct all trials; asyncio turns Ctrl-C into a cancellation, which ends all processes."""
    pin_self(work.placement.services or work.placement.generator)
    evidence: list[StepEvidence] = []
    async with supervise() as supervisor:
        for trial in work.plan.trials:
            setting = _setting(work, trial, supervisor, announce)
            folder = supervisor.temp_folder / trial.folder_name
            folder.mkdir()
            evidence += await _measure_trial(setting, trial, folder, work.target)
    return evidence


def _setting(
    work: _Calibrating, trial: PlannedTrial, supervisor: Supervisor, announce: Announce
) -> TrialSetting:
    experiment = work.plan.experiment(trial.experiment)
    return TrialSetting(
        supervisor=supervisor,
        experiment=experiment,
        sides=alike(Side(experiment, {PATH_VARIABLE: work.path})),
        placement=work.placement,
        probe_seed=work.plan.seed,
        references=References(),
        announce=announce,
        cores=work.environment.cores,
        allow_remote=work.plan.allow_remote,
    )


async def _measure_trial(
    setting: TrialSetting, trial: PlannedTrial, folder: Path, target: str
) -> list[StepEvidence]:
    (measured,) = await conduct_trial(setting, trial, folder)
    if measured.failure is not None:
        raise TargetDiedError(f"{target}: {measured.failure}.")
    refuse_answers(read_answers(folder) or (), target)
    read = read_evidence(folder)
    lines = (read.slices, read.readings, read.observations)
    steps = list(gather_evidence(measured, *lines))
    for step in steps:
        refuse_failures(step)
    judged = judge_trial(measured, setting.experiment.file, *lines, cores=setting.cores)
    idle = trial.experiment == "idle-users"  # nothing is sent there that could be shown
    setting.announce(TrialEnded(trial=trial, steps=() if idle else judged, failure=None))
    return steps


def _draw_seed() -> int:
    return random.SystemRandom().randrange(2**32)
