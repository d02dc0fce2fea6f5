from __future__ import annotations

from bench.model.load_level import Users
from bench.model.threshold import Finding


def test_a_threshold_holds_for_every_variant_level_and_stratum_in_order(judge):
    strata = ({"rows": 100}, {"rows": 9})

    found = judge.all("p99 < 1s", [], users=(10, 20), strata=strata)

    assert [(each.stratum["rows"], str(each.load), each.variant) for each in found] == [
        (rows, load, variant)
        for rows in (9, 100)
        for load in ("10 users", "20 users")
        for variant in ("sync", "async")
    ]


def test_what_is_planned_and_was_not_measured_is_said(judge):
    records = judge.trials("async", (0.1, 0.11))

    sync, asynchronous = judge.all("p99 < 1s", records)

    assert (sync.verdict, sync.because) == (Finding.NOT_MEASURED, "sync was not measured here")
    assert asynchronous.verdict is Finding.HELD


def test_levels_narrow_a_threshold(judge):
    (verdict,) = judge.all(
        {"check": "async.p99 < 1s", "users": 20}, judge.trials("async", (0.1,)), users=(10, 20)
    )

    assert verdict.load == Users(users=20)


def test_strata_narrow_a_threshold(judge):
    strata = ({"rows": 9}, {"rows": 100}, {"rows": 5})

    found = judge.all({"check": "async.p99 < 1s", "stratum": {"rows": [100, 5]}}, [], strata=strata)

    assert [each.stratum for each in found] == [{"rows": 5}, {"rows": 100}]


def test_trials_of_equal_conditions_of_another_kind_are_kept_apart(judge):
    records = judge.trials("async", (0.1, 0.11), trial={"stratum": {"rows": 1}})
    records += judge.trials("async", (5.0, 5.1), trial={"stratum": {"rows": True}})

    found = judge.all(
        "async.p99 < 1s", records, strata=({"rows": 1}, {"rows": True}), variants=("async",)
    )

    assert sorted(str(each.verdict) for each in found) == ["crossed", "held"]


def test_a_level_that_the_run_does_not_have_is_not_passed_over(judge):
    records = judge.trials("async", (0.1, 0.11))

    held, missing = judge.all({"check": "async.p99 < 1s", "users": [10, 50]}, records)

    assert held.verdict is Finding.HELD
    assert (missing.verdict, missing.load) == (Finding.NOT_MEASURED, Users(users=50))
    assert missing.because == "it is no level of this run, which has 10 users"


def test_a_variant_that_the_run_does_not_have_is_not_passed_over(judge):
    verdict = judge.one("other.p99 < 1s", [])

    assert (verdict.verdict, verdict.variant) == (Finding.NOT_MEASURED, "other")
    assert verdict.because == "other is not in this run"


def test_a_stratum_that_the_run_does_not_have_is_not_passed_over(judge):
    plan = judge.plan({"check": "async.p99 < 1s", "stratum": {"rows": 9}}, strata=({"rows": 9},))
    trials = [each.model_copy(update={"stratum": {"rows": 100}}) for each in plan.trials]

    from bench.analysis.thresholds.judging import judge_thresholds

    (verdict,) = judge_thresholds(plan.model_copy(update={"trials": tuple(trials)}), [])

    assert (verdict.verdict, verdict.stratum) == (Finding.NOT_MEASURED, {"rows": 9})
    assert verdict.because == "no trial of this run has rows = 9"


def test_a_threshold_that_is_about_nothing_in_the_plan_is_not_passed_over(judge):
    verdict = judge.one("throughput > 2 * sync.throughput", [], variants=("sync",))

    assert (verdict.verdict, verdict.variant, verdict.load) == (Finding.NOT_MEASURED, None, None)
    assert verdict.because == "the plan of this run has nothing that it holds for"


def test_experiments_without_thresholds_have_no_verdicts(judge):
    assert judge.all([], judge.trials("async", (0.1,))) == ()


def test_trials_of_other_experiments_are_not_looked_at(judge):
    records = judge.trials("async", (0.1, 0.11), trial={"experiment": "elsewhere"})

    assert judge.one("p99 < 1s", records).verdict is Finding.NOT_MEASURED


def test_a_plan_without_trials_has_no_levels(judge):
    verdict = judge.one({"check": "p99 < 1s", "users": 10}, [], users=(), variants=())

    assert verdict.because == "it is no level of this run, which has none"
