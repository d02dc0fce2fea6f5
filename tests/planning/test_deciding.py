from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.model.claim import Claim, Evidence
from bench.model.experiment import Experiment
from bench.planning.deciding import gather_evidence
from bench.planning.options import PlanOptions
from bench.planning.planning import make_plan

Build = Callable[..., Experiment]


def evidence(check: str, **narrowed: Any) -> Evidence:
    return Evidence.model_validate({"experiment": "waiting", "check": check} | narrowed)


def plan_of(experiment: Experiment, *deciding: Evidence) -> list[tuple[Any, ...]]:
    options = PlanOptions(deciding={"waiting": deciding})
    plan = make_plan("x", [experiment], options)
    return sorted(
        (t.repetition, t.variant, t.stratum.get("size"), tuple(s.load.users for s in t.steps))
        for t in plan.trials
    )


def test_the_checks_of_all_claims_are_gathered_by_experiment() -> None:
    one, two = evidence("loop.p99 < 3ms"), evidence("loop.p50 < 3ms")
    other = Evidence.model_validate({"experiment": "other", "check": "p99 < 3ms"})
    claims = [
        Claim(says="so", holds=(one,), unless=(other,)),
        Claim(says="so", holds=(two,)),
    ]

    assert gather_evidence(claims) == {"waiting": (one, two), "other": (other,)}


def test_only_what_a_check_looks_at_is_repeated(build_experiment: Build) -> None:
    experiment = build_experiment(repetitions=2, strata={"size": [1, 2]}, load={"users": [10, 20]})

    planned = plan_of(experiment, evidence("loop.p99 < 3ms", users=20, stratum={"size": 2}))

    whole = [(0, variant, size, (10, 20)) for variant in ("loop", "threads") for size in (1, 2)]
    assert planned == [*whole, (1, "loop", 2, (20,))]


def test_both_sides_of_a_comparison_are_repeated(build_experiment: Build) -> None:
    planned = plan_of(
        build_experiment(repetitions=2, load={"users": [10, 20]}),
        evidence("loop.p99 < 2 * threads.p99", users=10),
    )

    assert [each for each in planned if each[0] == 1] == [
        (1, "loop", None, (10,)),
        (1, "threads", None, (10,)),
    ]


def test_a_check_of_no_variant_in_particular_is_of_all(build_experiment: Build) -> None:
    experiment = build_experiment(repetitions=2, load={"users": [10, 20]})

    planned = plan_of(experiment, evidence("p99 < 3ms"))

    assert [each[1:] for each in planned if each[0] == 1] == [each[1:] for each in planned[:2]]


def test_a_condition_that_the_experiment_does_not_have_narrows_nothing(
    build_experiment: Build,
) -> None:
    experiment = build_experiment(repetitions=2, load={"users": [10]})

    planned = plan_of(experiment, evidence("p99 < 3ms", stratum={"colour": "red"}))

    assert len(planned) == 4


def test_an_experiment_of_no_claim_is_measured_once(build_experiment: Build) -> None:
    assert {each[0] for each in plan_of(build_experiment(repetitions=3))} == {0}


def test_a_search_is_repeated_all_the_same(build_experiment: Build) -> None:
    experiment = build_experiment(repetitions=2, load={"search": "p99 < 3ms"})

    plan = make_plan("x", [experiment], PlanOptions(deciding={"waiting": ()}))

    assert {trial.repetition for trial in plan.trials} == {0, 1}


def test_without_claims_everything_is_repeated(build_experiment: Build) -> None:
    plan = make_plan("x", [build_experiment(repetitions=3)], PlanOptions())

    assert len(plan.trials) == 2 * 3
