from __future__ import annotations

from collections.abc import Callable

import pytest

from bench.errors import UnknownNameError, UsageError
from bench.model.experiment import Experiment
from bench.model.load_level import ArrivalRate, Users
from bench.planning.gating import (
    adjust_gate,
    choose_gated_variants,
    choose_pilot_rate,
    keep_all_variants,
    needs_pilot,
    plan_gate_steps,
    plan_pilot,
    with_variants,
)

Build = Callable[..., Experiment]

OPEN = {"rate": [5, 50]}


def test_all_variants_are_gated_where_none_is_named(build_experiment: Build) -> None:
    chosen = choose_gated_variants(build_experiment())
    assert list(chosen.file.variants) == ["threads", "loop"]
    assert chosen.baseline == "threads"


def test_the_variants_that_are_named_are_gated_alone(build_experiment: Build) -> None:
    chosen = choose_gated_variants(build_experiment(gate={"variants": ["loop"]}))
    assert list(chosen.file.variants) == ["loop"]
    assert chosen.baseline == "loop"


def test_thresholds_between_variants_mean_nothing_to_a_gate(build_experiment: Build) -> None:
    experiment = build_experiment(
        gate={"variants": ["loop"]}, thresholds=["loop.throughput > 2 * threads.throughput"]
    )
    assert choose_gated_variants(experiment).file.thresholds == ()


def test_a_variant_that_there_is_not_is_named_with_the_nearest(build_experiment: Build) -> None:
    with pytest.raises(UnknownNameError, match="'lop'") as caught:
        choose_gated_variants(build_experiment(gate={"variants": ["lop"]}))
    assert "Did you mean loop?" in caught.value.hint


def test_what_can_not_be_loaded_side_by_side_can_not_be_gated(build_experiment: Build) -> None:
    with pytest.raises(UsageError, match="searches for a rate"):
        choose_gated_variants(build_experiment(load={"search": "p99 < 250ms"}))


def test_what_runs_elsewhere_does_no_harm_where_it_is_not_gated(build_experiment: Build) -> None:
    variants = {
        "loop": {"command": ["serve"], "baseline": True},
        "there": {"url": "http://127.0.0.1:1"},
    }
    experiment = build_experiment(variants=variants, gate={"variants": ["loop"]})
    assert list(choose_gated_variants(experiment).file.variants) == ["loop"]
    with pytest.raises(UsageError, match=r"already runs \(there\)"):
        keep_all_variants(experiment)


def test_a_baseline_keeps_its_variants(build_experiment: Build) -> None:
    experiment = build_experiment(gate={"variants": ["loop"]})
    assert keep_all_variants(experiment) is experiment


def test_a_gate_has_some_variant_as_its_baseline(build_experiment: Build) -> None:
    experiment = build_experiment()
    kept = with_variants(experiment, {"loop": experiment.file.variants["loop"]})
    assert kept.file.variants["loop"].baseline
    assert not experiment.file.variants["loop"].baseline


def test_the_command_line_goes_before_the_file(build_experiment: Build) -> None:
    experiment = build_experiment(
        gate={"quantities": ["cpu"], "min_effect": {"cpu": "3%", "memory": "5%"}}
    )
    adjusted = adjust_gate(experiment, quantities=["p95"], min_effect={"cpu": 0.1})
    assert adjusted.file.gate.quantities == ("p95",)
    assert adjusted.file.gate.min_effect == {"cpu": 0.1, "memory": 0.05}


def test_without_a_wish_the_file_stands(build_experiment: Build) -> None:
    experiment = build_experiment(gate={"quantities": ["cpu"]})
    assert adjust_gate(experiment, quantities=None, min_effect={}) == experiment


def test_a_gate_drives_the_top_of_the_ladder_for_its_own_window(build_experiment: Build) -> None:
    (step,) = plan_gate_steps(build_experiment(gate={"window": "2s"}).file, None)
    assert (step.index, step.load, step.window_s) == (0, Users(users=10), 2.0)


def test_a_gate_may_have_a_load_of_its_own(build_experiment: Build) -> None:
    (closed,) = plan_gate_steps(build_experiment(gate={"users": 3}).file, None)
    assert closed.load == Users(users=3)
    (open_step,) = plan_gate_steps(build_experiment(load=OPEN, gate={"rate": 7.5}).file, None)
    assert open_step.load == ArrivalRate(rate=7.5)


def test_an_open_model_is_gated_at_the_top_of_its_ladder(build_experiment: Build) -> None:
    (step,) = plan_gate_steps(build_experiment(load=OPEN).file, None)
    assert step.load == ArrivalRate(rate=50)


def test_response_times_of_a_closed_model_want_a_second_step_at_a_fixed_rate(
    build_experiment: Build,
) -> None:
    file = build_experiment(gate={"quantities": ["cpu", "p95"]}).file
    assert needs_pilot(file)
    steps = plan_gate_steps(file, 2100.0)
    assert [step.load for step in steps] == [Users(users=10), ArrivalRate(rate=2100.0)]
    assert [step.index for step in steps] == [0, 1]


def test_before_the_pilot_there_is_the_closed_step_alone(build_experiment: Build) -> None:
    file = build_experiment(gate={"quantities": ["p95"]}).file
    assert [step.load for step in plan_gate_steps(file, None)] == [Users(users=10)]


def test_a_rate_that_is_given_needs_no_pilot(build_experiment: Build) -> None:
    file = build_experiment(gate={"quantities": ["p95"], "rate": 40.0}).file
    assert not needs_pilot(file)
    assert plan_gate_steps(file, None)[1].load == ArrivalRate(rate=40.0)


def test_a_rate_goes_unused_where_no_response_time_is_gated(build_experiment: Build) -> None:
    file = build_experiment(gate={"quantities": ["cpu"], "rate": 40.0}).file
    assert len(plan_gate_steps(file, None)) == 1
    assert not needs_pilot(build_experiment().file)
    assert not needs_pilot(build_experiment(load=OPEN, gate={"quantities": ["p95"]}).file)


def test_a_pilot_is_a_solo_trial_of_the_closed_step(build_experiment: Build) -> None:
    trial = plan_pilot(build_experiment(), "loop", {"pool": 5}, seed=5)
    assert (trial.mode, trial.variant, trial.seed) == ("solo", "loop", 5)
    assert trial.stratum == {"pool": 5}
    assert [step.load for step in trial.steps] == [Users(users=10)]


def test_an_open_model_has_no_pilot(build_experiment: Build) -> None:
    with pytest.raises(UsageError, match="closed model"):
        plan_pilot(build_experiment(load=OPEN), "loop", {}, seed=5)


@pytest.mark.parametrize(("served", "rate"), [(7123.0, 2100.0), (100.0, 30.0), (3.0, 0.9)])
def test_each_arm_is_offered_less_than_a_third_of_what_one_served(
    served: float, rate: float
) -> None:
    assert choose_pilot_rate(served) == rate


def test_a_spawn_rate_holds_for_steps_and_pilots_of_a_gate_too(build_experiment: Build) -> None:
    experiment = build_experiment(load={"users": [100], "spawn_rate": 20.0})
    (step,) = plan_gate_steps(experiment.file, None)
    assert step.spread_s == 5.0
    assert plan_pilot(experiment, "loop", {}, 7).steps[0].spread_s == 5.0
