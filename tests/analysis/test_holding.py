from __future__ import annotations

from typing import Any

import pytest

from bench.analysis.judging import judge_last_attempt, judge_trial
from bench.model.caution import CautionCode
from bench.model.experiment import ExperimentFile
from bench.model.knee import Attempt
from bench.model.trial import JudgedStep

LATE_US, QUICK_US = 300_000, 50_000


def file(*conditions: str, **load: Any) -> ExperimentFile:
    return ExperimentFile.model_validate(
        {
            "title": "How much does it withstand?",
            "scenario": "shop.py",
            "load": {"search": conditions or "p99 < 250ms", **load},
            "variants": {"async": {"command": ["serve"]}},
        }
    )


def steady(build, value_us: int = QUICK_US, per_slice: int = 100, **changes: Any):
    return build.steady(per_slice, value_us, service_us=None, **changes)


def attempt(build, *lines: Any, of: ExperimentFile | None = None, **kinds: Any) -> Attempt:
    trial = build.trial(build.step(load={"rate": 100.0}))
    return judge_last_attempt(
        trial, of or file(), lines, kinds.get("readings", ()), (), cores=kinds.get("cores")
    )


def judged(build, *lines: Any, of: ExperimentFile | None = None) -> JudgedStep:
    (step,) = judge_trial(
        build.trial(build.step(load={"rate": 100.0})), of or file(), lines, (), ()
    )
    return step


def test_a_rate_holds_if_every_condition_does_and_the_target_keeps_up(build):
    said = attempt(build, *steady(build), of=file("p99 < 250ms", "error_ratio < 1%", "mean < 1s"))

    assert said == Attempt(rate_per_s=100.0, verdict="holds", because="")


def test_one_broken_condition_of_several_is_enough_and_is_named_with_its_value(build):
    said = attempt(build, *steady(build, LATE_US), of=file("max < 1s", "p99 < 250ms"))

    assert said.verdict == "fails"
    assert said.because.startswith("p99 was 300")


def test_a_percentile_that_is_only_a_lower_bound_does_not_hold(build):
    # Their age so far is below the bound; how long they would have taken, nobody knows.
    said = attempt(build, *steady(build), build.censored(20))

    assert said.verdict == "fails"
    assert said.because == "p99 was at least 50.01ms"


def test_a_mean_does_not_hold_where_anything_was_censored(build):
    assert attempt(build, *steady(build), build.censored(), of=file("mean < 1s")).because == (
        "mean was at least 50ms"
    )


def test_requests_that_were_censored_count_as_failed(build):
    of = file("error_ratio < 1%")

    assert attempt(build, *steady(build), build.censored(9), of=of).verdict == "holds"
    assert attempt(build, *steady(build), build.censored(15), of=of).because == (
        "error_ratio was 1.478%"
    )


def test_where_nothing_succeeded_nothing_holds(build):
    for of in (file(), file("error_ratio < 1%")):
        said = attempt(build, build.generator(), of=of)
        assert said.verdict == "fails"
        assert "does not exist" in said.because


def test_requests_that_pile_up_do_not_hold_although_none_was_late_yet(build):
    said = attempt(build, *steady(build, completed=97))

    assert said.verdict == "fails"
    assert said.because == "requests piled up: 1000 began in the window and 970 ended"


def test_errors_above_the_budget_do_not_hold(build):
    failed = build.requests([10] * 30, outcome="http-503")

    assert attempt(build, *steady(build), failed).because.startswith("30 of 1030 requests failed")
    assert attempt(build, *steady(build), failed, of=file(max_error_ratio=0.1)).verdict == "holds"


def test_where_errors_are_searched_for_their_condition_is_the_budget(build):
    failed = build.requests([10] * 30, outcome="http-503")
    lenient = file("error_ratio < 5%", max_error_ratio=0)

    assert attempt(build, *steady(build), failed, of=lenient).verdict == "holds"
    assert judged(build, *steady(build), failed, of=lenient).valid
    strict = attempt(build, *steady(build), failed, of=file("error_ratio < 1%", max_error_ratio=1))
    assert strict.verdict == "fails"


def test_a_generator_that_was_the_limit_leaves_the_rate_open(build):
    lag = build.generator(loop_lag_us=build.encoded([50_000] * 100))

    for lines in (steady(build), steady(build, LATE_US)):
        said = attempt(build, *lines, lag)
        assert said.verdict == "limited"
        assert said.because.startswith("generator-lag: ")


def test_a_rate_that_was_sent_late_is_the_generators_fault(build):
    late = build.schedule(scheduled=1000, late=50)

    assert attempt(build, *steady(build), late).verdict == "limited"


def test_requests_that_were_dropped_leave_the_rate_open_where_all_else_holds(build):
    said = attempt(build, *steady(build), build.schedule(scheduled=1000, dropped=200))

    assert said.verdict == "limited"
    assert said.because == "200 requests were dropped, as max_users were in flight"


def test_a_few_dropped_requests_do_too(build):
    assert attempt(build, *steady(build), build.schedule(scheduled=1000, dropped=1)).verdict == (
        "limited"
    )


def test_requests_that_were_dropped_by_a_target_that_is_slow_are_its_fault(build):
    dropped = build.schedule(scheduled=1000, dropped=200)

    assert attempt(build, *steady(build, LATE_US), dropped).verdict == "fails"


def test_a_disturbed_machine_leaves_the_rate_open(build):
    readings = [build.machine("opens", steal_s=0.0), build.machine("closes", steal_s=9.0)]

    said = attempt(build, *steady(build), readings=readings, cores=1)

    assert said.because.startswith("cpu-stolen: ")


def uneven(build, value_us: int = QUICK_US, missing: int = 0):
    """Return a window whose second half has half of the first's successes."""
    return [
        build.requests([value_us] * count, slice=index, completed=count - missing)
        for index, count in zip(range(2, 12), [120] * 5 + [60] * 5, strict=True)
    ]


def test_throughput_that_moves_alone_leaves_the_rate_open(build):
    assert attempt(build, *uneven(build)).because.startswith("no-steady-state: ")


@pytest.mark.parametrize("signs", [{"value_us": LATE_US}, {"missing": 10}])
def test_throughput_that_moves_among_other_signs_is_overload(build, signs):
    assert attempt(build, *uneven(build, **signs)).verdict == "fails"


def test_a_step_that_was_too_much_is_overloaded_and_valid(build):
    step = judged(build, *uneven(build, missing=10))

    assert [caution.code for caution in step.cautions] == [CautionCode.OVERLOADED]
    assert step.valid
    assert step.rows[0].cautions == (CautionCode.OVERLOADED,)


def test_only_the_last_step_is_judged(build):
    later = {"started_s": 200.0, "opens_at_s": 202.0, "closes_at_s": 212.0, "drained_at_s": 213.0}
    trial = build.trial(
        build.step(load={"rate": 100.0}), build.step(load={"rate": 200.0}, index=1, times=later)
    )
    lines = [*steady(build, LATE_US), *steady(build, step=1)]

    assert judge_last_attempt(trial, file(), lines, (), ()) == Attempt(
        rate_per_s=200.0, verdict="holds", because=""
    )
