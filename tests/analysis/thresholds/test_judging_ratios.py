from __future__ import annotations

import math

import pytest

from bench.analysis.estimating import estimate_ratio
from bench.analysis.thresholds.values import AT_LEAST, THIN
from bench.model.caution import CautionCode
from bench.model.knee import Knee
from bench.model.threshold import Finding

CHECK = "async.throughput > 2 * sync.throughput"


def rates(judge, ours, theirs, **record):
    """Return trials of both variants; the throughputs of each are noisy, and their ratio is not."""
    field = "throughput_per_s"
    return [
        *judge.trials("async", ours, field, **record),
        *judge.trials("sync", theirs, field, **record),
    ]


def test_trials_of_the_same_repetition_are_paired(judge):
    records = rates(judge, (300, 660, 930), (100, 200, 300))

    verdict = judge.one(CHECK, records[::-1], variants=("async", "sync"))

    expected = estimate_ratio([math.log(3), math.log(3.3), math.log(3.1)], 0.95)
    assert (verdict.value, verdict.low, verdict.high) == pytest.approx(tuple(expected))
    assert (verdict.verdict, verdict.n, verdict.trials) == (Finding.HELD, 3, (1, 2, 3, 4, 5, 6))
    assert (verdict.variant, verdict.against) == ("async", "sync.throughput")
    assert (verdict.bound, verdict.unit) == (2.0, "")


@pytest.mark.parametrize(
    ("factor", "finding"), [(3.9, Finding.CROSSED), (3.12, Finding.INCONCLUSIVE)]
)
def test_the_ratio_is_held_against_the_factor(judge, factor, finding):
    records = rates(judge, (300, 660, 930), (100, 200, 300))

    check = f"async.throughput > {factor} * sync.throughput"

    assert judge.one(check, records).verdict is finding


def test_neither_side_need_be_the_baseline(judge):
    records = judge.trials("async", (1, 1.1), "cpu_s_per_request")
    records += judge.trials("other", (5, 5.4), "cpu_s_per_request")

    verdict = judge.one("other.cpu < 2 * async.cpu", records, variants=("other", "async"))

    assert (verdict.verdict, verdict.variant) == (Finding.CROSSED, "other")


def test_a_check_without_a_variant_holds_for_every_other_one(judge):
    records = rates(judge, (300, 310), (100, 102))
    records += judge.trials("other", (50, 51), "throughput_per_s")

    found = judge.all(
        "throughput > 2 * sync.throughput", records, variants=("sync", "async", "other")
    )

    assert [(each.variant, each.verdict) for each in found] == [
        ("async", Finding.HELD),
        ("other", Finding.CROSSED),
    ]


def test_two_quantities_of_each_variant_can_be_compared(judge, build):
    records = judge.trials("async", (0.5, 0.505), p50_s=0.1)
    records += judge.trials("sync", (0.2, 0.202), p50_s=0.1)

    found = judge.all("p99 < 3 * p50", records)

    assert [(each.variant, each.against, each.verdict) for each in found] == [
        ("sync", "sync.p50", Finding.HELD),
        ("async", "async.p50", Finding.CROSSED),
    ]


def test_a_named_variant_is_held_against_its_own_other_quantity_too(judge):
    records = judge.trials("async", (0.5, 0.505), p50_s=0.1)
    records += judge.trials("sync", (0.2, 0.202), p50_s=0.1)

    found = judge.all("p99 < 3 * sync.p50", records)

    assert [(each.variant, each.verdict) for each in found] == [
        ("sync", Finding.HELD),
        ("async", Finding.CROSSED),
    ]


def test_the_arms_of_a_duet_are_a_pair(judge):
    duets = [
        judge.duet(*rates(judge, (ours,), (theirs,)))
        for ours, theirs in ((300, 100), (640, 200), (930, 300))
    ]

    verdict = judge.one(CHECK, duets, duet=True)
    apart = judge.one("async.throughput > 2 * other.throughput", duets, duet=True)

    assert (verdict.verdict, verdict.n, verdict.trials) == (Finding.HELD, 3, (1, 3, 5))
    assert apart.verdict is Finding.NOT_MEASURED


def test_variants_that_never_met_in_a_duet_are_no_pair(judge):
    duets = [
        judge.duet(*judge.trials("async", (1, 2)[:1]), *judge.trials("sync", (1,))),
        judge.duet(*judge.trials("other", (1,)), *judge.trials("sync", (1,))),
    ]

    verdict = judge.one("async.p99 < other.p99", duets, variants=("async", "other"), duet=True)

    assert verdict.because == "async and other have no repetition and no duet in common"
    assert verdict.verdict is Finding.NOT_MEASURED


def test_of_two_versions_of_a_variant_the_candidate_is_looked_at(judge):
    duets = [
        judge.duet(*judge.trials("async", (ours,)), *judge.trials("async", (9.0,)))
        for ours in (0.1, 0.11)
    ]

    verdict = judge.one("p99 < 1s", duets)

    assert (verdict.verdict, verdict.n) == (Finding.HELD, 2)


def test_a_side_that_was_not_measured_leaves_nothing_to_say(judge):
    records = judge.trials("async", (300, 310), "throughput_per_s")

    verdict = judge.one(CHECK, records, variants=("async", "sync"))

    assert (verdict.verdict, verdict.because) == (
        Finding.NOT_MEASURED,
        "sync was not measured here",
    )


def test_a_pair_counts_only_if_both_sides_do(judge):
    records = rates(judge, (300,) * 11, (100,) * 11)
    records[-1] = judge.doubt(records[-1], CautionCode.CPU_STOLEN)

    verdict = judge.one(CHECK, records)

    assert (verdict.n, verdict.dropped, verdict.verdict) == (10, 1, Finding.HELD)


@pytest.mark.parametrize(
    ("ours", "theirs", "finding", "is_open"),
    [
        (("p99_s",), (), Finding.CROSSED, (False, True)),
        ((), ("p99_s",), Finding.INCONCLUSIVE, (True, False)),
        (("p99_s",), ("p99_s",), Finding.INCONCLUSIVE, (True, True)),
    ],
)
def test_lower_bounds_leave_the_ratio_open_on_one_side_or_both(
    judge, ours, theirs, finding, is_open
):
    records = judge.trials("async", (0.5, 0.51), at_least=ours)
    records += judge.trials("sync", (0.1, 0.1), at_least=theirs)

    verdict = judge.one("async.p99 < 2 * sync.p99", records)

    assert (verdict.low is None, verdict.high is None) == is_open
    assert verdict.verdict is finding
    assert finding is Finding.CROSSED or verdict.because == AT_LEAST


def test_of_too_few_requests_no_ratio_is_known(judge):
    records = judge.trials("async", (0.5, 0.51), thin=("p99_s",))
    records += judge.trials("sync", (0.1, 0.1))

    verdict = judge.one("async.p99 < 2 * sync.p99", records)

    assert (verdict.verdict, verdict.because) == (Finding.INCONCLUSIVE, THIN)


def test_steps_of_searches_are_not_looked_at(judge):
    knee = Knee(conditions=(), end="found", holds_per_s=3.0, fails_per_s=None, because="")

    verdict = judge.one("p99 < 1s", judge.trials("async", (0.1, 0.2), trial={"knee": knee}))

    assert verdict.verdict is Finding.NOT_MEASURED
