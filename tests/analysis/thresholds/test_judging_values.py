from __future__ import annotations

import math

import pytest

from bench.analysis.estimating import estimate_ratio
from bench.analysis.thresholds.estimates import METHOD_EXACT, METHOD_T, ONE_TRIAL
from bench.analysis.thresholds.values import AT_LEAST, BEYOND, STRADDLES, THIN
from bench.model.caution import CautionCode
from bench.model.load_level import Users
from bench.model.threshold import Finding

TIMES = (0.20, 0.21, 0.22)


def test_a_bound_beyond_the_whole_interval_is_held(judge):
    verdict = judge.one("p99 < 250ms", judge.trials("async", TIMES), level=0.9)

    expected = estimate_ratio([math.log(each) for each in TIMES], 0.9)
    assert (verdict.value, verdict.low, verdict.high) == pytest.approx(tuple(expected))
    assert (verdict.verdict, verdict.because) == (Finding.HELD, "")
    assert (verdict.level, verdict.n, verdict.method) == (0.9, 3, METHOD_T)
    assert (verdict.trials, verdict.dropped) == ((1, 2, 3), 0)
    assert (verdict.experiment, verdict.variant, verdict.stratum) == ("shop", "async", {})
    assert (verdict.load, verdict.name, verdict.against) == (Users(users=10), None, None)
    assert (verdict.threshold, verdict.quantity) == ("p99 < 250ms", "p99")
    assert (verdict.operator, verdict.bound, verdict.unit) == ("<", 0.25, "s")


def test_a_bound_that_the_whole_interval_lies_beyond_is_crossed(judge):
    verdict = judge.one("p99 < 150ms", judge.trials("async", TIMES))

    assert (verdict.verdict, verdict.because) == (Finding.CROSSED, BEYOND)


def test_a_bound_inside_the_interval_is_inconclusive_whatever_the_mean(judge):
    verdict = judge.one("p99 < 211ms", judge.trials("async", TIMES))

    assert verdict.value is not None
    assert verdict.value < 0.211
    assert (verdict.verdict, verdict.because) == (Finding.INCONCLUSIVE, STRADDLES)


@pytest.mark.parametrize(
    ("threshold", "finding"),
    [
        ("throughput > 90", Finding.HELD),
        ("throughput >= 90/s", Finding.HELD),
        ("throughput > 150", Finding.CROSSED),
        ("throughput > 101", Finding.INCONCLUSIVE),
    ],
)
def test_a_bound_from_below_is_judged_the_other_way_round(judge, threshold, finding):
    records = judge.trials("async", (100, 101, 102), "throughput_per_s")

    verdict = judge.one(threshold, records)

    assert (verdict.verdict, verdict.unit) == (finding, "1/s")


@pytest.mark.parametrize(
    ("threshold", "finding"),
    [
        ("threads <= 41", Finding.HELD),
        ("threads < 41", Finding.CROSSED),
        ("threads >= 41", Finding.HELD),
        ("threads > 41", Finding.CROSSED),
    ],
)
def test_counts_that_are_equal_in_every_trial_are_compared_exactly(judge, threshold, finding):
    verdict = judge.one(threshold, judge.trials("async", (41, 41), "threads"))

    assert (verdict.verdict, verdict.method) == (finding, METHOD_EXACT)
    assert (verdict.value, verdict.low, verdict.high) == (41, 41, 41)


def test_times_that_are_equal_in_every_trial_may_have_been_rounded_alike(judge):
    records = judge.trials("async", (0.2, 0.2))

    near, far = (judge.one(f"p99 < {bound}ms", records) for bound in (201, 600))

    assert (near.verdict, far.verdict) == (Finding.INCONCLUSIVE, Finding.HELD)
    assert near.value == 0.2
    assert near.low < 0.2 < near.high


def test_a_single_trial_has_a_value_and_no_verdict(judge):
    verdict = judge.one("p99 < 250ms", judge.trials("async", (0.1,)))

    assert (verdict.verdict, verdict.because) == (Finding.INCONCLUSIVE, ONE_TRIAL)
    assert (verdict.value, verdict.low, verdict.high, verdict.n) == (0.1, None, None, 1)


def test_a_percentile_that_censored_requests_could_reach_is_crossed_but_never_held(judge):
    records = judge.trials("async", TIMES, at_least=("p99_s",))

    crossed, unknown = (judge.one(f"p99 < {bound}ms", records) for bound in (150, 900))

    assert (crossed.verdict, crossed.high) == (Finding.CROSSED, None)
    assert crossed.low is not None
    assert (unknown.verdict, unknown.because) == (Finding.INCONCLUSIVE, AT_LEAST)


def test_a_mean_is_only_a_lower_bound_once_requests_were_censored(judge):
    records = judge.trials("async", TIMES, "mean_s", censored=1)

    assert judge.one("mean < 900ms", records).verdict is Finding.INCONCLUSIVE
    assert judge.one("mean < 100ms", records).verdict is Finding.CROSSED
    assert judge.one("mean < 900ms", judge.trials("async", TIMES, "mean_s")).verdict is Finding.HELD


def test_a_percentile_of_too_few_requests_is_crossed_but_never_held(judge):
    records = judge.trials("async", TIMES, thin=("p99_s",))

    crossed, unknown = (judge.one(f"p99 < {bound}ms", records) for bound in (150, 900))

    assert crossed.verdict is Finding.CROSSED
    assert (unknown.verdict, unknown.because) == (Finding.INCONCLUSIVE, THIN)


def test_steps_that_are_invalid_are_left_out_and_counted(judge):
    records = judge.trials("async", (0.20, 0.21) * 6)
    records[3] = judge.doubt(records[3], CautionCode.SWAPPING)

    verdict = judge.one("p99 < 250ms", records)

    assert (verdict.verdict, verdict.n, verdict.dropped) == (Finding.HELD, 11, 1)
    assert 4 not in verdict.trials


def test_where_more_than_a_tenth_is_invalid_the_rest_is_a_selection(judge):
    records = judge.trials("async", TIMES)
    records[0] = judge.doubt(records[0], CautionCode.SWAPPING, CautionCode.UNPINNED)

    verdict = judge.one("p99 < 150ms", records)

    assert verdict.verdict is Finding.INCONCLUSIVE
    assert verdict.because == "1 of 3 are invalid (swapping), so that the others are a selection"
    assert (verdict.n, verdict.dropped) == (2, 1)
    assert verdict.low is not None


def test_where_every_step_is_invalid_nothing_was_measured(judge):
    records = [judge.doubt(each, CautionCode.ERRORS) for each in judge.trials("async", TIMES)]

    verdict = judge.one("p99 < 150ms", records)

    assert verdict.verdict is Finding.NOT_MEASURED
    assert verdict.because == "every step of it is invalid (errors)"
    assert (verdict.value, verdict.n, verdict.dropped) == (None, 0, 3)


def test_a_quantity_that_no_step_has_was_not_measured(judge):
    verdict = judge.one("loop_lag < 5ms", judge.trials("async", TIMES))

    assert (verdict.verdict, verdict.because) == (Finding.NOT_MEASURED, "no step has loop_lag")


def test_a_quantity_that_some_step_lacks_is_inconclusive(judge):
    verdict = judge.one("p99 < 1s", judge.trials("async", (0.2, None)))

    assert (verdict.verdict, verdict.because) == (
        Finding.INCONCLUSIVE,
        "trial 2 (async) has no p99",
    )
    assert verdict.n == 2


def test_a_value_of_nothing_has_no_logarithm(judge):
    verdict = judge.one("loop_lag < 5ms", judge.trials("async", (0.0, 0.1), "loop_lag_p99_s"))

    assert (verdict.verdict, verdict.because) == (
        Finding.INCONCLUSIVE,
        "loop_lag is 0 in trial 1 (async)",
    )


@pytest.mark.parametrize(
    ("rows", "value"), [({"pss_bytes": 2000}, 2000), ({"pss_bytes": None}, 3000)]
)
def test_memory_is_pss_where_every_step_has_it(judge, rows, value):
    records = judge.trials("async", (3000, 3000), "rss_bytes", pss_bytes=2000)
    records += judge.trials("sync", (3000, 3000), "rss_bytes", **rows)

    held, other = judge.all("memory < 1MiB", records, variants=("async", "sync"))
    ratio = judge.one("async.memory <= sync.memory", records)

    assert (held.value, other.value) == (value, 2000)
    assert (held.variant, held.unit) == ("sync", "bytes")
    assert ratio.value == 1.0


def test_a_name_narrows_a_threshold_to_its_requests(build, judge):
    rows = [
        build.row(name="GET /ping", group="bystander", p99_s=0.9),
        build.row(name="GET /ping", p99_s=0.1),
        build.row(name="GET /aside", group="bystander", p99_s=0.4),
    ]
    records = judge.trials("async", (0.5, 0.6), other_rows=rows)

    users, bystander, nobody = judge.all(
        [{"check": "p99 < 1s", "name": name} for name in ("GET /ping", "GET /aside", "GET /")],
        records,
        variants=("async",),
    )

    assert (users.value, users.name, bystander.value) == (0.1, "GET /ping", 0.4)
    assert (nobody.verdict, nobody.because) == (
        Finding.NOT_MEASURED,
        "no step has p99 of requests named 'GET /'",
    )


@pytest.mark.parametrize(
    ("check", "field", "value"),
    [
        ("async.rss <= 2KiB", "rss_bytes", 1000),
        ("async.uss <= 2KiB", "uss_bytes", 1000),
        ("async.fds <= 40", "fds", 40),
    ],
)
def test_resident_memory_memory_of_its_own_and_open_files_can_be_demanded(
    judge, check, field, value
):
    verdict = judge.one(check, judge.trials("async", (value, value), field))

    assert (verdict.verdict, verdict.value) == ("held", pytest.approx(value))
