from __future__ import annotations

import pytest
from scipy import stats

from bench.analysis.thresholds.estimates import METHOD_CLOPPER_PEARSON, METHOD_EXACT
from bench.model.caution import CautionCode
from bench.model.threshold import Finding


def trials(judge, *failed, requests=1000, **row):
    """Return one trial per number of failed requests."""
    return [
        judge.build.record(
            "async",
            repetition,
            number=repetition + 1,
            requests=requests,
            errors={"http-503": count} if count else {},
            **row,
        )
        for repetition, count in enumerate(failed)
    ]


def test_requests_of_all_trials_are_counted_together(judge):
    verdict = judge.one("error_ratio < 10%", trials(judge, 3, 5))

    exact = stats.beta.ppf([0.025, 0.975], [8, 9], [1993, 1992])
    assert verdict.value == 8 / 2000
    assert (verdict.low, verdict.high) == pytest.approx(tuple(exact))
    assert (verdict.verdict, verdict.because) == (Finding.HELD, "")
    assert (verdict.n, verdict.method, verdict.unit) == (2, METHOD_CLOPPER_PEARSON, "")


def test_failures_cross_a_bound_by_their_interval(judge):
    verdict = judge.one("error_ratio < 0.1%", trials(judge, 30))

    assert verdict.verdict is Finding.CROSSED
    assert verdict.because == "30 of 1000 requests failed"


def test_a_few_failures_more_than_the_bound_may_be_chance(judge):
    verdict = judge.one("error_ratio < 0.1%", trials(judge, 2))

    assert (verdict.verdict, verdict.value) == (Finding.INCONCLUSIVE, 0.002)


@pytest.mark.parametrize(
    ("requests", "finding"), [(3687, Finding.INCONCLUSIVE), (3688, Finding.HELD)]
)
def test_that_none_of_few_requests_failed_says_little(judge, requests, finding):
    verdict = judge.one("error_ratio < 0.1%", trials(judge, 0, requests=requests))

    assert verdict.verdict is finding
    assert finding is Finding.HELD or verdict.because == (
        "0 of 3687 requests failed; without a failure it takes 3688 to tell"
    )


@pytest.mark.parametrize(("failed", "finding"), [(0, Finding.HELD), (1, Finding.CROSSED)])
def test_that_nothing_fails_is_counted(judge, failed, finding):
    verdict = judge.one("error_ratio <= 0", trials(judge, failed, 0))

    assert verdict.verdict is finding
    assert (verdict.method == METHOD_EXACT) is (not failed)


def test_requests_without_an_answer_may_have_failed_or_not(judge):
    records = trials(judge, 0, requests=9000, censored=1000)

    unknown, crossed, few = judge.all(
        ["error_ratio <= 0", "error_ratio > 50%", "error_ratio < 20%"], records, variants=("async",)
    )

    assert (unknown.verdict, crossed.verdict) == (Finding.INCONCLUSIVE, Finding.CROSSED)
    assert unknown.because == (
        "0 of 9000 requests failed; 1000 had no answer when their step ended"
    )
    assert few.verdict is Finding.HELD
    assert few.high > 0.1


@pytest.mark.parametrize(
    "codes",
    [
        (CautionCode.ERRORS,),
        (CautionCode.ERRORS, CautionCode.NOTHING_MEASURED, CautionCode.UNPINNED),
        (CautionCode.ERRORS, CautionCode.NO_STEADY_STATE),
        (CautionCode.NOTHING_MEASURED,),  # where as many may fail as there are
    ],
)
def test_steps_that_are_invalid_for_their_errors_are_looked_at(judge, codes):
    records = [judge.doubt(each, *codes) for each in trials(judge, 500, 1000)]

    verdict = judge.one("error_ratio < 1%", records)

    assert (verdict.verdict, verdict.value, verdict.dropped) == (Finding.CROSSED, 0.75, 0)


@pytest.mark.parametrize(
    "codes",
    [
        (CautionCode.ERRORS, CautionCode.GENERATOR_RESOURCES),
        (CautionCode.NO_STEADY_STATE,),
        (CautionCode.NOTHING_MEASURED, CautionCode.CPU_STOLEN),
    ],
)
def test_steps_that_are_invalid_for_other_reasons_are_not(judge, codes):
    records = [judge.doubt(each, *codes) for each in trials(judge, 500)]

    assert judge.one("error_ratio < 1%", records).verdict is Finding.NOT_MEASURED


def test_requests_that_nobody_sent_have_no_ratio(judge, build):
    nothing = judge.one("error_ratio < 1%", trials(judge, 0, requests=0))
    unnamed = judge.one({"check": "error_ratio < 1%", "name": "GET /x"}, trials(judge, 0))
    skipped = judge.one("error_ratio < 1%", trials(judge, 0, requests=None, censored=None))

    assert (nothing.verdict, nothing.because) == (Finding.NOT_MEASURED, "no step has requests")
    assert unnamed.because == "no step has requests named 'GET /x'"
    assert skipped.verdict is Finding.NOT_MEASURED


def test_that_all_were_left_unanswered_says_nothing(judge):
    verdict = judge.one("error_ratio < 50%", trials(judge, 0, requests=0, censored=5))

    assert (verdict.verdict, verdict.value) == (Finding.INCONCLUSIVE, 0.0)


def test_a_lower_bound_on_failures_needs_no_count_of_requests(judge):
    verdict = judge.one("error_ratio >= 30%", trials(judge, 0, requests=3))

    assert (verdict.verdict, verdict.because) == (
        Finding.INCONCLUSIVE,
        "0 of 3 requests failed",
    )
