"""The rate at which response times are gated, where an experiment has users and no rate."""

from __future__ import annotations

from typing import Final

from bench.analysis.gating.duets import GateUnit
from bench.analysis.quantities import find_row_of_all
from bench.cli.gating.measuring import list_units
from bench.cli.gating.session import GateSession
from bench.errors import MeasurementError
from bench.execution.trials.parts import naming_arm
from bench.execution.trials.setting import TrialSetting
from bench.model.experiment import Experiment
from bench.model.plan import PlannedStep
from bench.model.progress import Notice
from bench.planning.gating import (
    choose_pilot_rate,
    needs_pilot,
    plan_gate_steps,
    plan_pilot,
)
from bench.storage.evidence import read_answers

_TRIES: Final = 3
"""A pilot that doesn't count may have been disturbed; thrice in a row is no accident."""


async def plan_steps(
    session: GateSession, setting: TrialSetting, experiment: Experiment
) -> tuple[PlannedStep, ...]:
    """Plan what each duet of an experiment drives, after pilots where they are needed.

    All units are driven at the rate that the slowest of them withstands.

    Raises:
        TargetError: the baseline's target failed; it names the arm.
        MeasurementError: a pilot measured nothing that counts.
    """
    if not needs_pilot(experiment.file):
        return plan_gate_steps(experiment.file, None)
    served = [await _pilot(session, setting, experiment, unit) for unit in list_units(experiment)]
    rate = choose_pilot_rate(min(served))
    session.notices.append(
        f"{experiment.name}: response times are gated at {rate:g} tasks per second in each arm, "
        f"chosen by a pilot of the baseline, which did {min(served):.0f} alone."
    )
    return plan_gate_steps(experiment.file, rate)


async def _pilot(
    session: GateSession, setting: TrialSetting, experiment: Experiment, unit: GateUnit
) -> float:
    """Return how many tasks per second the baseline does alone."""
    session.announce(Notice(text=f"a pilot of {unit.experiment}/{unit.variant}, the baseline's"))
    planned = plan_pilot(experiment, unit.variant, dict(unit.stratum), session.record.plan.seed)
    doubts = ""
    for _ in range(_TRIES):
        with naming_arm("baseline"):
            record = await session.measure_beside(setting, planned)
        step = record.steps[0]
        row = find_row_of_all(step)
        if step.valid and row is not None and row.throughput_per_s:
            return row.throughput_per_s / _count_requests_per_task(
                session, setting, record.trial.number
            )
        doubts = ", ".join(caution.code for caution in step.cautions if caution.code.invalidates)
    raise MeasurementError(
        f"The pilot of {unit.experiment}/{unit.variant} does not count ({doubts or 'no request'}), "
        "so no rate can be chosen.",
        hint="Give the rate at which response times are gated: `rate` in the [gate] table.",
    )


def _count_requests_per_task(session: GateSession, setting: TrialSetting, number: int) -> float:
    """Return how many requests a task has, by those that one user sent before load."""
    planned = next(trial for trial in session.record.plan.trials if trial.number == number)
    answers = read_answers(session.folder.trial_path(planned.folder_name)) or ()
    sent = sum(answer.group == "users" for answer in answers)
    return max(sent / setting.experiment.file.same.tasks, 1.0)
