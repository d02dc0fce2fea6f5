"""How long a plan will take, before it starts."""

from __future__ import annotations

from typing import Final

from bench.model.plan import Plan, PlannedTrial
from bench.planning.warming import MIN_WARM_UP_S

START_AND_STOP_S: Final = 2.5
"""Start and stop of a target and its generator: 1.5 to 3.5 s for the built-in ones."""

AROUND_A_WINDOW_S: Final = 0.6
"""The pilot's tail, the drain and the end of the users, for responses well below a second."""

SERVICES_S: Final = 3.0
"""Start of the services of an experiment; PostgreSQL's cluster takes most of it."""


def estimate_trial_s(trial: PlannedTrial) -> float:
    """Estimate the seconds that a trial takes, from start to stop of its target."""
    steps = sum(MIN_WARM_UP_S + step.window_s + AROUND_A_WINDOW_S for step in trial.steps)
    return START_AND_STOP_S + steps


def estimate_plan_s(plan: Plan) -> float:
    """Estimate the seconds that all trials of a plan take, services included."""
    services = sum(SERVICES_S for experiment in plan.experiments if experiment.file.services)
    return services + sum(map(estimate_trial_s, plan.trials))
