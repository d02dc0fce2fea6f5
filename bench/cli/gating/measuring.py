"""The gate's loop: duets one after the other, until the rule asks for no more or time is up."""

from __future__ import annotations

from bench.analysis.gating.assessing import Assessment, assess
from bench.analysis.gating.duets import GateUnit
from bench.analysis.gating.rule import GateRule
from bench.cli.gating.session import GateSession
from bench.errors import MeasurementError
from bench.execution.trials.setting import TrialSetting
from bench.model.experiment import Experiment
from bench.model.plan import PlannedStep, PlannedTrial
from bench.model.progress import Notice
from bench.model.trial import TrialRecord
from bench.planning.conditions import list_strata
from bench.planning.duets import plan_duet
from bench.planning.gating import (
    choose_pilot_rate,
    needs_pilot,
    plan_gate_steps,
    plan_pilot,
)
from bench.planning.seeds import derive_seed
from bench.reporting.gate_progress import write_gate_trial


def list_units(experiment: Experiment) -> list[GateUnit]:
    """List what a gate of an experiment measures: each variant in each stratum."""
    return [
        GateUnit.of(experiment.name, stratum, variant)
        for variant in experiment.file.variants
        for stratum in list_strata(experiment.file)
    ]


def plan_unit(
    experiment: Experiment,
    unit: GateUnit,
    repetition: int,
    seed: int,
    steps: tuple[PlannedStep, ...],
) -> PlannedTrial:
    """Plan the next duet of a unit: its variant against itself, of another version."""
    seed = derive_seed(seed, unit.variant)
    return plan_duet(
        experiment,
        unit.variant,
        unit.variant,
        dict(unit.stratum),
        repetition,
        seed=seed,
        steps=steps,
    )


async def plan_steps(
    session: GateSession, setting: TrialSetting, experiment: Experiment
) -> tuple[PlannedStep, ...]:
    """Plan what each duet of an experiment drives, after a pilot where one is needed.

    Raises:
        MeasurementError: the pilot measured nothing.
    """
    if not needs_pilot(experiment.file):
        return plan_gate_steps(experiment.file, None)
    variant = next(iter(experiment.file.variants))
    seed = session.record.plan.seed
    session.announce(Notice(text=f"a pilot of {experiment.name}/{variant}, the baseline's"))
    record = await session.measure_beside(setting, plan_pilot(experiment, variant, seed))
    row = record.steps[0].rows[0]
    if not row.throughput_per_s:
        raise MeasurementError(
            f"The pilot of {experiment.name}/{variant} measured nothing, so no rate can be chosen.",
            hint="Give the rate at which response times are gated: `rate` in the [gate] table.",
        )
    rate = choose_pilot_rate(row.throughput_per_s)
    session.notices.append(
        f"{experiment.name}: response times are gated at {rate:g}/s in each arm, chosen by a pilot "
        f"of the baseline, which served {row.throughput_per_s:.0f}/s alone."
    )
    return plan_gate_steps(experiment.file, rate)


async def measure_units(
    session: GateSession,
    setting: TrialSetting,
    steps: tuple[PlannedStep, ...],
    rule: GateRule,
    share_s: float,
) -> Assessment:
    """Measure duets of an experiment's units in turn, as long as the rule asks for more.

    Args:
        session: the gate.
        setting: of the experiment.
        steps: what each duet drives.
        rule: decides.
        share_s: when to stop, in seconds since the first trial.
    """
    experiment = setting.experiment
    files = {experiment.name: experiment.file}
    units = list_units(experiment)
    done = dict.fromkeys(units, 0)
    while True:
        own = [each for each in session.records if each.trial.experiment == experiment.name]
        exhausted = not session.has_time(share_s)
        assessment = assess(own, {}, files, rule, exhausted=exhausted, units=units)
        if not assessment.wants:
            return assessment
        waiting = [unit for unit in units if done[unit] < assessment.wants.get(unit, 0)]
        unit = min(waiting, key=lambda each: done[each])
        planned = plan_unit(experiment, unit, done[unit], session.record.plan.seed, steps)
        record = await session.measure(setting, planned)
        done[unit] += 1
        text = write_gate_trial(record, done[unit], assessment.wants[unit], session.elapsed_s)
        session.announce(Notice(text=text))


async def measure_for_noise(
    session: GateSession,
    setting: TrialSetting,
    steps: tuple[PlannedStep, ...],
    rule: GateRule,
    share_s: float,
) -> Assessment:
    """Measure duets of an experiment's units in turn until time is up, whatever the rule says.

    Its verdicts come of them all the same, with the looks that it declares.
    """
    experiment = setting.experiment
    units = list_units(experiment)
    own: list[TrialRecord] = []
    while session.has_time(share_s) and len(own) < rule.most_trials * len(units):
        repetition, place = divmod(len(own), len(units))
        planned = plan_unit(experiment, units[place], repetition, session.record.plan.seed, steps)
        record = await session.measure(setting, planned)
        own.append(record)
        text = write_gate_trial(record, repetition + 1, None, session.elapsed_s)
        session.announce(Notice(text=text))
    files = {experiment.name: experiment.file}
    return assess(own, {}, files, rule, exhausted=True, units=units)
