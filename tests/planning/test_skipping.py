from __future__ import annotations

from collections.abc import Callable

import pytest

from bench.errors import EXIT_NOT_MEASURED, MeasurementError
from bench.model.experiment import Experiment
from bench.planning.options import PlanOptions
from bench.planning.planning import make_plan
from bench.planning.skipping import leave_out

Build = Callable[..., Experiment]


def test_the_trials_of_a_skipped_experiment_are_left_out_and_it_stays(
    build_experiment: Build,
) -> None:
    experiments = [build_experiment(), build_experiment(name="other")]
    plan = make_plan("x", experiments, PlanOptions())

    kept = leave_out(plan, {"other": "it needs 3 cores"})

    assert {trial.experiment for trial in kept.trials} == {"waiting"}
    assert kept.experiments == plan.experiments
    assert leave_out(plan, {}) == plan


def test_a_plan_of_which_nothing_is_left_is_an_error_with_the_reasons(
    build_experiment: Build,
) -> None:
    plan = make_plan("x", [build_experiment()], PlanOptions())

    with pytest.raises(MeasurementError, match="Nothing of this can be measured") as raised:
        leave_out(plan, {"waiting": "it needs 3 cores"})

    assert raised.value.evidence == ("waiting: it needs 3 cores",)
    assert raised.value.exit_code == EXIT_NOT_MEASURED
