from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

import pytest

from bench.errors import UnknownNameError, UsageError
from bench.model.experiment import Experiment
from bench.model.load_level import ArrivalRate, Users
from bench.planning.options import PlanOptions
from bench.planning.planning import make_plan

Build = Callable[..., Experiment]


def test_every_variant_is_measured_once_per_repetition_and_stratum(build_experiment: Build) -> None:
    experiment = build_experiment(repetitions=3, strata={"size": [1, 2]})
    plan = make_plan("x", [experiment], PlanOptions())
    measured = [(t.variant, t.stratum["size"], t.repetition) for t in plan.trials]
    assert len(measured) == len(set(measured)) == 2 * 2 * 3
    assert [t.number for t in plan.trials] == list(range(1, 13))


def test_trials_that_are_compared_lie_side_by_side(build_experiment: Build) -> None:
    experiment = build_experiment(repetitions=4, strata={"size": [1, 2, 3]})
    plan = make_plan("x", [experiment], PlanOptions())
    runs = [
        {trial.variant for trial in group}
        for _, group in groupby(plan.trials, key=lambda t: (t.repetition, t.stratum["size"]))
    ]
    assert runs == [{"threads", "loop"}] * 12


def test_the_order_follows_from_the_seed_alone(build_experiment: Build) -> None:
    experiment = build_experiment(repetitions=20)

    def order(seed: int) -> list[str]:
        plan = make_plan("x", [experiment], PlanOptions(seed=seed))
        return [trial.variant for trial in plan.trials]

    assert order(1) == order(1)
    assert order(1) != order(2)
    assert order(1) != sorted(order(1))


def test_variants_of_one_repetition_get_the_same_seed(build_experiment: Build) -> None:
    plan = make_plan("x", [build_experiment(repetitions=2)], PlanOptions(seed=5))
    seeds = {(trial.repetition, trial.seed) for trial in plan.trials}
    assert len(seeds) == 2
    assert len({seed for _, seed in seeds}) == 2


def test_options_replace_what_the_file_says(build_experiment: Build) -> None:
    options = PlanOptions(users=(50, 5, 50), window_s=3.0, repetitions=1)
    plan = make_plan("x", [build_experiment()], options)
    steps = plan.trials[0].steps
    assert [step.load for step in steps] == [Users(users=5), Users(users=50)]
    assert {step.window_s for step in steps} == {3.0}
    assert plan.experiment("waiting").file.repetitions == 1


def test_a_preset_of_the_file_goes_before_the_general_one(build_experiment: Build) -> None:
    experiment = build_experiment(
        strata={"size": [1, 2], "colour": ["red"]},
        presets={"quick": {"users": [7], "window": "5s", "strata": {"size": [2]}}},
    )
    plan = make_plan("x", [experiment], PlanOptions(preset="quick"))
    file = plan.experiment("waiting").file
    assert (file.window, file.repetitions, file.load.users) == (5.0, 2, (7,))
    assert {tuple(trial.stratum.items()) for trial in plan.trials} == {
        (("size", 2), ("colour", "red"))
    }


def test_a_preset_that_the_file_does_not_know_changes_window_and_repetitions(
    build_experiment: Build,
) -> None:
    plan = make_plan("x", [build_experiment()], PlanOptions(preset="smoke"))
    file = plan.experiment("waiting").file
    assert (file.window, file.repetitions, file.load.users) == (2.0, 1, (1, 10))


def test_an_open_model_takes_rates(build_experiment: Build) -> None:
    experiment = build_experiment(
        load={"rate": [5, 10]}, presets={"quick": {"rate": [5]}, "smoke": {"window": 3}}
    )
    by_file = make_plan("x", [experiment], PlanOptions(preset="quick"))
    by_option = make_plan("x", [experiment], PlanOptions(rate=(2.5,)))
    assert [step.load for step in by_file.trials[0].steps] == [ArrivalRate(rate=5)]
    assert [step.load for step in by_option.trials[0].steps] == [ArrivalRate(rate=2.5)]


def test_users_do_not_fit_an_open_model(build_experiment: Build) -> None:
    experiment = build_experiment(load={"rate": [5]})
    with pytest.raises(UsageError, match="--users does not fit waiting, which is an open model"):
        make_plan("x", [experiment], PlanOptions(users=(1,)))


def test_a_rate_does_not_fit_a_closed_model(build_experiment: Build) -> None:
    with pytest.raises(UsageError, match="--rate does not fit waiting, which is a closed model"):
        make_plan("x", [build_experiment()], PlanOptions(rate=(1.0,)))


def test_a_window_that_can_not_be_measured_is_refused(build_experiment: Build) -> None:
    with pytest.raises(UsageError, match="between 1 s and 24 h"):
        make_plan("x", [build_experiment()], PlanOptions(window_s=0.1))


def test_chosen_variants_come_with_the_baseline(build_experiment: Build) -> None:
    third = {"command": ["x"]}
    experiment = build_experiment()
    variants = {name: v.model_dump() for name, v in experiment.file.variants.items()}
    experiment = build_experiment(variants=variants | {"third": third})
    plan = make_plan("x", [experiment], PlanOptions(variants=("third",)))
    assert {trial.variant for trial in plan.trials} == {"threads", "third"}


def test_an_unknown_variant_is_named_with_the_nearest(build_experiment: Build) -> None:
    with pytest.raises(UnknownNameError) as caught:
        make_plan("x", [build_experiment()], PlanOptions(variants=("thread",)))
    assert caught.value.hint == "Did you mean threads?"


def test_two_experiments_of_one_name_are_refused(build_experiment: Build) -> None:
    with pytest.raises(UsageError, match="the same name"):
        make_plan("x", [build_experiment("Shop"), build_experiment("shop")], PlanOptions())


def test_folders_are_named_by_number_experiment_and_variant(build_experiment: Build) -> None:
    trial = make_plan("x", [build_experiment()], PlanOptions()).trials[0]
    assert trial.folder_name == f"001-waiting-{trial.variant}"


SEARCH = {"search": ["p99 < 250ms", "error_ratio < 1%"], "search_from": 5.0}


def test_a_search_is_planned_without_steps(build_experiment: Build) -> None:
    plan = make_plan("x", [build_experiment(load=SEARCH)], PlanOptions(window_s=3.0))
    trial = plan.trials[0]
    assert trial.steps == ()
    assert trial.search is not None
    assert [str(each) for each in trial.search.conditions] == ["p99 < 250ms", "error_ratio < 1%"]
    assert (trial.search.from_per_s, trial.search.to_per_s) == (5.0, 100_000.0)
    assert trial.search.window_s == 3.0


def test_a_preset_shortens_the_window_of_a_search(build_experiment: Build) -> None:
    plan = make_plan("x", [build_experiment(load=SEARCH)], PlanOptions(preset="smoke"))
    assert plan.trials[0].search is not None
    assert plan.trials[0].search.window_s == 2.0


@pytest.mark.parametrize("option", ["users", "rate"])
def test_a_ladder_does_not_fit_a_search(build_experiment: Build, option: str) -> None:
    with pytest.raises(UsageError, match=f"--{option} does not fit waiting, which searches"):
        make_plan("x", [build_experiment(load=SEARCH)], PlanOptions(**{option: (5,)}))


def test_a_preset_may_choose_variants_and_the_baseline_stays(build_experiment: Build) -> None:
    experiment = build_experiment(
        variants={
            "threads": {"command": ["serve"], "baseline": True},
            "loop": {"command": ["serve"]},
            "other": {"command": ["serve"]},
        },
        presets={"smoke": {"variants": ["other"]}},
    )

    def chosen(options: PlanOptions) -> set[str]:
        return {trial.variant for trial in make_plan("x", [experiment], options).trials}

    assert chosen(PlanOptions(preset="smoke")) == {"threads", "other"}
    assert chosen(PlanOptions(preset="smoke", variants=("loop",))) == {"threads", "loop"}
    assert chosen(PlanOptions()) == {"threads", "loop", "other"}
