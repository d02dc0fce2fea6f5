"""Skipping: what a plan comes to on a machine that lacks what some experiments need."""

from __future__ import annotations

from collections.abc import Mapping

from bench.errors import MeasurementError
from bench.model.plan import Plan


def leave_out(plan: Plan, skipped: Mapping[str, str]) -> Plan:
    """Take the trials of skipped experiments out of a plan; the experiments stay, to be shown.

    Args:
        plan: for any machine.
        skipped: why an experiment can't be run on this one, by its name.

    Raises:
        MeasurementError: nothing is left.
    """
    trials = tuple(trial for trial in plan.trials if trial.experiment not in skipped)
    if plan.trials and not trials:
        raise MeasurementError(
            "Nothing of this can be measured on this machine.",
            evidence=[f"{name}: {because}" for name, because in skipped.items()],
        )
    return plan.model_copy(update={"trials": trials})
