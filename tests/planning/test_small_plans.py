from __future__ import annotations

from collections.abc import Callable

import pytest

from bench.errors import UnknownNameError, UsageError
from bench.model.experiment import Experiment
from bench.model.plan import Plan
from bench.model.suite import Suite
from bench.planning.choosing import choose_names
from bench.planning.estimating_time import estimate_plan_s, estimate_trial_s
from bench.planning.limits import check_limits
from bench.planning.options import PlanOptions
from bench.planning.planning import make_plan

Build = Callable[..., Experiment]
SUITE = Suite(sets={"core": ("a", "b"), "all": ("a", "b", "c")})


def plan_of(experiment: Experiment) -> Plan:
    return make_plan("x", [experiment], PlanOptions())


def test_a_trial_is_estimated_step_by_step(build_experiment: Build) -> None:
    one, two = (
        estimate_trial_s(plan_of(build_experiment(load={"users": users})).trials[0])
        for users in ([1], [1, 2])
    )
    assert two - one == pytest.approx(2.0 + 10.0 + 0.6)


def test_users_who_start_one_after_the_other_take_longer(build_experiment: Build) -> None:
    load = {"users": [10, 500]}
    at_once, one_by_one = (
        plan_of(build_experiment(load=load | more)).trials[0]
        for more in ({}, {"spawn_rate": 100.0})
    )
    assert [step.spread_s for step in at_once.steps] == [0.0, 0.0]
    assert [step.spread_s for step in one_by_one.steps] == [0.1, 5.0]
    assert estimate_trial_s(one_by_one) == pytest.approx(estimate_trial_s(at_once) + 5.1)


def test_a_duet_takes_as_long_as_a_trial_of_one_since_its_arms_go_at_once(
    build_experiment: Build,
) -> None:
    alone, together = (
        make_plan("x", [build_experiment()], PlanOptions(duet=duet)).trials[0]
        for duet in (False, True)
    )
    assert estimate_trial_s(together) == estimate_trial_s(alone)


def test_a_plan_is_the_sum_of_its_trials_and_services(build_experiment: Build) -> None:
    alone = plan_of(build_experiment())
    served = plan_of(build_experiment(services=["upstream"]))
    assert estimate_plan_s(alone) == pytest.approx(sum(map(estimate_trial_s, alone.trials)))
    assert estimate_plan_s(served) > estimate_plan_s(alone)


def test_enough_files_for_the_highest_level_pass(build_experiment: Build) -> None:
    check_limits(plan_of(build_experiment(load={"users": [1, 900]})), open_files_limit=1000)


def test_too_few_files_for_the_highest_level_are_said_before_the_run(
    build_experiment: Build,
) -> None:
    with pytest.raises(UsageError, match=r"waiting at 901 users needs 1001 open files.*1000"):
        check_limits(plan_of(build_experiment(load={"users": [1, 901]})), open_files_limit=1000)


def test_the_open_model_needs_files_for_all_it_may_have_in_flight(build_experiment: Build) -> None:
    experiment = build_experiment(load={"rate": [10], "max_users": 5000})
    with pytest.raises(UsageError, match="5100"):
        check_limits(plan_of(experiment), open_files_limit=1024)


def test_connections_of_bystanders_count_too(build_experiment: Build) -> None:
    load = {"users": [900], "bystander": {"rate": 20, "path": "/ping"}}
    with pytest.raises(UsageError, match="1200"):
        check_limits(plan_of(build_experiment(load=load)), open_files_limit=1199)


def test_nothing_named_means_the_default_set() -> None:
    assert choose_names([], ["a", "b", "c"], SUITE, "core") == ["a", "b"]


def test_names_and_sets_mix_and_each_experiment_comes_once() -> None:
    assert choose_names(["c", "core", "a"], ["a", "b", "c"], SUITE, "core") == ["c", "a", "b"]


def test_an_unknown_name_gets_the_nearest_ones() -> None:
    with pytest.raises(UnknownNameError) as caught:
        choose_names(["cor"], ["a", "b", "c"], SUITE, "core")
    assert "core" in caught.value.hint


def test_a_name_like_no_other_gets_the_whole_list() -> None:
    with pytest.raises(UnknownNameError) as caught:
        choose_names(["zzzzzz"], ["a", "b"], SUITE, "core")
    assert caught.value.hint == "There are: a, all, b, core."


def test_a_name_where_there_is_nothing_gets_no_hint() -> None:
    assert UnknownNameError("run", "x", []).hint == ""


SEARCH = {"search": "p99 < 250ms", "search_from": 10.0, "search_to": 1000.0}


def test_a_search_is_estimated_from_the_steps_that_are_expected(build_experiment: Build) -> None:
    one, two = (
        estimate_trial_s(plan_of(build_experiment(load=SEARCH, window=window)).trials[0])
        for window in (4.0, 5.0)
    )
    assert two - one == pytest.approx(12)  # 10 to 1000: four doublings to the middle, one step more


def test_a_search_needs_files_for_all_it_may_have_in_flight(build_experiment: Build) -> None:
    experiment = build_experiment(load=SEARCH | {"max_users": 5000})
    with pytest.raises(UsageError, match="at whatever rate needs 5100 open files") as caught:
        check_limits(plan_of(experiment), open_files_limit=1024)
    assert "lower max_users" in caught.value.hint
    check_limits(plan_of(experiment), open_files_limit=5100)
