from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

import pytest

from bench.errors import UsageError
from bench.model.claim import Evidence
from bench.model.experiment import Experiment
from bench.model.plan import Fleet, Plan
from bench.planning.conditions import list_steps
from bench.planning.duets import plan_duet, refuse_shared_load
from bench.planning.options import PlanOptions
from bench.planning.planning import make_plan

Build = Callable[..., Experiment]

THREE = {
    "threads": {"command": ["serve", "{port}"], "baseline": True},
    "loop": {"command": ["serve", "--loop", "{port}"]},
    "processes": {"command": ["serve", "--processes", "{port}"]},
}


def plan_duets(*experiments: Experiment, seed: int = 5) -> Plan:
    return make_plan("x", experiments, PlanOptions(duet=True, seed=seed))


def test_the_baseline_meets_each_other_variant_once_per_repetition_and_stratum(
    build_experiment: Build,
) -> None:
    experiment = build_experiment(repetitions=3, strata={"size": [1, 2]}, variants=THREE)
    plan = plan_duets(experiment)
    met = [(t.variant, t.stratum["size"], t.repetition) for t in plan.trials]
    assert len(met) == len(set(met)) == 2 * 2 * 3
    assert {(t.mode, t.baseline) for t in plan.trials} == {("duet", "threads")}
    assert {t.variant for t in plan.trials} == {"loop", "processes"}
    assert [t.number for t in plan.trials] == list(range(1, 13))
    assert {t.folder_name for t in plan.trials if t.number < 3} == {
        "001-waiting-duet",
        "002-waiting-duet",
    }


def test_the_arm_that_starts_first_alternates(build_experiment: Build) -> None:
    trials = plan_duets(build_experiment(repetitions=4)).trials
    assert [t.starts_first for t in trials] == ["baseline", "candidate"] * 2


def test_each_pair_starts_first_as_often_as_last(build_experiment: Build) -> None:
    experiment = build_experiment(repetitions=4, strata={"size": [1, 2]}, variants=THREE)
    firsts = sorted(
        (t.variant, int(t.stratum["size"]), t.starts_first) for t in plan_duets(experiment).trials
    )
    assert {len(list(of_pair)) for _, of_pair in groupby(firsts)} == {2}


def test_a_duet_has_one_seed_and_the_next_another(build_experiment: Build) -> None:
    experiment = build_experiment(repetitions=3, strata={"size": [1, 2]})
    trials = plan_duets(experiment).trials
    assert len({t.seed for t in trials}) == 6
    again, otherwise = plan_duets(experiment).trials, plan_duets(experiment, seed=6).trials
    assert [t.seed for t in again] == [t.seed for t in trials]
    assert not {t.seed for t in otherwise} & {t.seed for t in trials}


def test_duets_of_one_repetition_have_the_same_seed_so_that_their_baselines_are_alike(
    build_experiment: Build,
) -> None:
    trials = plan_duets(build_experiment(repetitions=2, variants=THREE)).trials
    assert len({t.seed for t in trials}) == 2


def test_the_order_of_duets_follows_from_the_seed_alone(build_experiment: Build) -> None:
    experiment = build_experiment(repetitions=20, variants=THREE)

    def order(seed: int) -> list[str]:
        return [t.variant for t in plan_duets(experiment, seed=seed).trials]

    assert order(1) == order(1)
    assert order(1) != order(2)


def test_a_duet_climbs_the_ladder_of_its_experiment(build_experiment: Build) -> None:
    experiment = build_experiment(repetitions=1, load={"rate": [5, 50]}, window="3s")
    (trial,) = plan_duets(experiment).trials
    assert [str(step.load) for step in trial.steps] == ["5/s", "50/s"]
    assert {step.window_s for step in trial.steps} == {3.0}
    assert trial.search is None


def test_one_variant_can_be_held_against_its_own_other_version(build_experiment: Build) -> None:
    experiment = build_experiment()
    trial = plan_duet(experiment, "loop", "loop", {}, 1, seed=5, steps=list_steps(experiment.file))
    assert (trial.baseline, trial.variant, trial.starts_first) == ("loop", "loop", "candidate")


def test_several_experiments_follow_one_another(build_experiment: Build) -> None:
    plan = plan_duets(
        build_experiment("one", repetitions=1), build_experiment("two", repetitions=1)
    )
    assert [t.experiment for t in plan.trials] == ["one", "two"]
    assert len({t.seed for t in plan.trials}) == 2


def test_one_variant_makes_no_duet(build_experiment: Build) -> None:
    alone = build_experiment(variants={"loop": {"command": ["serve"]}})
    with pytest.raises(UsageError, match=r"waiting has one variant.*needs two") as caught:
        plan_duets(alone)
    assert "--duet" in caught.value.hint


def test_variants_that_were_left_out_make_no_duet(build_experiment: Build) -> None:
    with pytest.raises(UsageError, match="has one variant"):
        make_plan("x", [build_experiment()], PlanOptions(duet=True, variants=("threads",)))


def test_a_duet_is_not_loaded_by_several_workers(build_experiment: Build) -> None:
    with pytest.raises(UsageError, match="several workers") as caught:
        make_plan("x", [build_experiment()], PlanOptions(duet=True, fleet=Fleet(local=2)))
    assert "--workers" in caught.value.hint


def test_a_search_makes_no_duet(build_experiment: Build) -> None:
    with pytest.raises(UsageError, match="searches for a rate") as caught:
        plan_duets(build_experiment(load={"search": "p99 < 250ms"}))
    assert "users or rate" in caught.value.hint


def test_what_already_runs_makes_no_duet(build_experiment: Build) -> None:
    running = {"threads": THREE["threads"], "there": {"url": "http://127.0.0.1:1"}}
    with pytest.raises(UsageError, match=r"already runs \(there\)"):
        plan_duets(build_experiment(variants=running))


def test_two_versions_of_one_variant_share_the_load(build_experiment: Build) -> None:
    refuse_shared_load(build_experiment(variants={"loop": {"command": ["serve"]}}))


class TestAnExperimentThatSaysSo:
    @staticmethod
    def modes(*experiments: Experiment, **options: Any) -> list[str]:
        return [t.mode for t in make_plan("x", experiments, PlanOptions(**options)).trials]

    def test_is_measured_in_duets_beside_others_that_are_not(self, build_experiment: Build) -> None:
        together = build_experiment("one", repetitions=1, duet=True)
        alone = build_experiment("two", repetitions=1)

        assert self.modes(together, alone) == ["duet", "solo", "solo"]

    def test_gives_way_to_the_option(self, build_experiment: Build) -> None:
        experiment = build_experiment(repetitions=1, duet=True)

        assert self.modes(experiment, duet=False) == ["solo", "solo"]

    def test_lets_one_variant_that_was_chosen_be_alone(self, build_experiment: Build) -> None:
        experiment = build_experiment(repetitions=1, duet=True)

        assert self.modes(experiment, variants=("threads",)) == ["solo"]
        with pytest.raises(UsageError, match="has one variant"):
            self.modes(experiment, variants=("threads",), duet=True)

    def test_has_two_variants(self, build_experiment: Build) -> None:
        alone = build_experiment(variants={"loop": {"command": ["serve"]}}, duet=True)

        with pytest.raises(UsageError, match="has one variant") as caught:
            self.modes(alone)
        assert caught.value.hint == "Take duet out of its file."

    def test_is_not_loaded_by_several_workers(self, build_experiment: Build) -> None:
        with pytest.raises(UsageError, match="several workers") as caught:
            self.modes(build_experiment(duet=True), fleet=Fleet(local=2))
        assert "--no-duet" in caught.value.hint

    def test_repeats_the_duets_whose_candidate_decides_something(
        self, build_experiment: Build
    ) -> None:
        experiment = build_experiment(repetitions=3, variants=THREE, duet=True)
        check = {"experiment": "waiting", "check": "loop.cpu < 1.05 * threads.cpu"}
        deciding = {"waiting": (Evidence.model_validate(check),)}

        plan = make_plan("x", [experiment], PlanOptions(deciding=deciding))

        met = sorted((t.repetition, t.variant) for t in plan.trials)
        assert met == [(0, "loop"), (0, "processes"), (1, "loop"), (2, "loop")]
