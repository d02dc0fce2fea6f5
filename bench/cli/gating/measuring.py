"""The gate's loop: duets one after the other, until the rule asks for no more or time is up."""

from __future__ import annotations

from bench.analysis.gating.assessing import Assessment, assess
from bench.analysis.gating.duets import GateUnit
from bench.analysis.gating.rule import GateRule
from bench.cli.gating.session import GateSession
from bench.execution.trials.setting import TrialSetting
from bench.model.experiment import Experiment
from bench.model.plan import PlannedStep, PlannedTrial
from bench.model.progress import Notice
from bench.model.trial import TrialRecord
from bench.planning.conditions import list_strata
from bench.planning.duets import plan_duet
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
