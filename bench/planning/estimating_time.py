"""How long a plan will take, before it starts."""

from __future__ import annotations

from typing import Final

from bench.model.plan import Plan, PlannedTrial
from bench.planning.searching import count_expected_steps
from bench.planning.warming import MIN_WARM_UP_S

START_AND_STOP_S: Final = 1.5
"""Start and stop of a target and its generator: 1.4 s in the mean of the reference run's trials."""

AROUND_A_WINDOW_S: Final = 0.6
"""The pilot's tail, the drain and the end of the users, for responses well below a second."""

OVERLOADED_STEPS: Final = 4
"""Of a search: the first that fails, and about half of those that close in on the knee."""

OVERLOAD_S: Final = 3.0
"""What such a step takes longer: answers are late, and the target has to work off what is left."""

SERVICES_S: Final = 3.0
"""Start of the services of an experiment; PostgreSQL's cluster takes most of it."""


def estimate_trial_s(trial: PlannedTrial) -> float:
    """Estimate the seconds that a trial takes, from start to stop of its target.

    How long a search takes depends on what it finds; see `count_expected_steps`.
    """
    steps = sum(step.spread_s + _estimate_step_s(step.window_s) for step in trial.steps)
    if trial.search is not None:
        each_s = _estimate_step_s(trial.search.window_s)
        steps += count_expected_steps(trial.search) * each_s + OVERLOADED_STEPS * OVERLOAD_S
    return START_AND_STOP_S + steps


def estimate_plan_s(plan: Plan) -> float:
    """Estimate the seconds that all trials of a plan take, services included."""
    services = sum(SERVICES_S for experiment in plan.experiments if experiment.file.services)
    return services + sum(map(estimate_trial_s, plan.trials))


def _estimate_step_s(window_s: float) -> float:
    return MIN_WARM_UP_S + window_s + AROUND_A_WINDOW_S
