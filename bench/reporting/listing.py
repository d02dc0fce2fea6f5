"""Tables of what there is: experiments, the plan of a run, stored runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from bench.model.experiment import Experiment
from bench.model.plan import Fleet, Plan, PlannedSearch, PlannedTrial
from bench.model.run import StoredRun
from bench.planning.searching import MAX_STEPS, count_expected_steps
from bench.reporting.knee_line import write_conditions
from bench.reporting.labels import counted, label_measured, label_stratum
from bench.reporting.number_text import NOTHING
from bench.reporting.run_state import repetition_of
from bench.reporting.table import Column, Row, Table, without_empty_columns
from bench.units import format_duration


def build_experiment_list(
    experiments: Sequence[Experiment], sets: Mapping[str, Sequence[str]]
) -> Table:
    """Build the table of `bench list`.

    Args:
        experiments: what there is, in the order to show.
        sets: names of experiments by the name of a set.
    """
    table = Table(
        columns=(
            Column(title="name"),
            Column(title="question", foldable=True),
            Column(title="factor", rank=3, foldable=True),
            Column(title="variants", foldable=True, rank=1),
            Column(title="ladder", rank=2, foldable=True),
            Column(title="sets", rank=4, foldable=True),
        ),
        rows=tuple(_listed(experiment, sets) for experiment in experiments),
    )
    return without_empty_columns(table)


def build_plan_table(
    plan: Plan,
    estimate_s: Mapping[int, float],
    total_s: float,
    skipped: Mapping[str, str] = MappingProxyType({}),
) -> Table:
    """Build the table of `bench plan`: the trials in their order, and how long they take.

    Args:
        plan: the plan.
        estimate_s: estimated seconds by trial number.
        total_s: estimated seconds of the whole run, services included.
        skipped: why an experiment is left out on this machine, by its name.
    """
    table = Table(
        title=f"Plan of {plan.name}",
        caption=f"Preset {plan.preset or 'none'}, seed {plan.seed}, pinning {plan.pin}"
        f"{_about_fleet(plan.fleet)}.",
        columns=(
            Column(title="trial", align="right"),
            Column(title="experiment", foldable=True),
            Column(title="variant", foldable=True),
            Column(title="stratum", foldable=True),
            Column(title="repetition", align="right", rank=1),
            Column(title="steps", foldable=True),
            Column(title="time", align="right"),
        ),
        rows=tuple(
            Row(
                cells=(
                    str(trial.number),
                    trial.experiment,
                    label_measured(trial),
                    label_stratum(trial.stratum),
                    "{}/{}".format(*repetition_of(plan, trial)),
                    _steps(trial),
                    _time(estimate_s.get(trial.number)),
                )
            )
            for trial in plan.trials
        ),
        notes=(
            f"{counted(len(plan.trials), 'trial')}, about {_time(total_s)} in all.",
            *(f"{name} is skipped: {because}." for name, because in skipped.items()),
            *_about_searches(plan),
        ),
    )
    return without_empty_columns(table)


def _about_fleet(fleet: Fleet | None) -> str:
    if fleet is None:
        return ""
    remote = f", {fleet.remote} of them elsewhere" if fleet.remote else ""
    return f", load from {counted(fleet.size, 'worker')}{remote}"


def build_run_list(runs: Sequence[StoredRun], unreadable: Mapping[str, str]) -> Table:
    """Build the table of `bench runs`.

    Args:
        runs: the runs that could be read, in the order to show.
        unreadable: why a folder could not be read, by its path.
    """
    table = Table(
        columns=(
            Column(title="run"),
            Column(title="started", rank=1),
            Column(title="experiments", foldable=True),
            Column(title="preset", rank=3),
            Column(title="trials", align="right"),
            Column(title="valid steps", align="right", rank=2),
            Column(title="machine", foldable=True, rank=4),
        ),
        rows=tuple(_run(run) for run in runs),
        notes=tuple(f"{path} can't be read: {why}" for path, why in unreadable.items()),
    )
    return without_empty_columns(table) if runs else table


def write_ladder(experiment: Experiment) -> str:
    """Write an experiment's ladder, or what it searches for, in a few words."""
    load = experiment.file.load
    if load.search:
        return f"search for {write_conditions(load.search)}"
    if load.users:
        return f"{', '.join(map(str, load.users))} users"
    return f"{', '.join(f'{rate:g}' for rate in load.rate)} per second"


def _steps(trial: PlannedTrial) -> str:
    if trial.search is None:
        return ", ".join(str(step.load) for step in trial.steps)
    return f"about {count_expected_steps(trial.search)}, to find {_sought(trial.search)}"


def _sought(search: PlannedSearch) -> str:
    return (
        f"{write_conditions(search.conditions)} between {search.from_per_s:g} "
        f"and {search.to_per_s:g}/s"
    )


def _about_searches(plan: Plan) -> tuple[str, ...]:
    if all(trial.search is None for trial in plan.trials):
        return ()
    note = (
        "How long a search takes depends on what it finds: the times are those of a knee in the "
        f"middle of its range, on a logarithmic scale; none takes more than {MAX_STEPS} steps."
    )
    return (note,)


def _listed(experiment: Experiment, sets: Mapping[str, Sequence[str]]) -> Row:
    return Row(
        cells=(
            experiment.name,
            experiment.file.title,
            experiment.file.factor,
            ", ".join(experiment.file.variants),
            write_ladder(experiment),
            ", ".join(name for name, members in sets.items() if experiment.name in members),
        )
    )


def _run(run: StoredRun) -> Row:
    plan = run.record.plan
    planned = len(plan.trials)
    steps = [step for trial in run.trials for step in trial.steps]
    valid = sum(step.valid for step in steps)
    return Row(
        cells=(
            run.record.run_id,
            run.record.started_at,
            ", ".join(experiment.name for experiment in plan.experiments),
            plan.preset or "",
            f"{planned - len(run.unfinished)}/{planned}",
            f"{valid}/{len(steps)}",
            run.record.environment.cpu_model,
        )
    )


def _time(seconds: float | None) -> str:
    return NOTHING if seconds is None else format_duration(round(seconds))
