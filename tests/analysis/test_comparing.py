from __future__ import annotations

import math

import pytest

from bench.analysis.comparing import compare_variants
from bench.analysis.estimating import MAX_SIGN_FLIP_PAIRS, estimate_ratio
from bench.analysis.pairing import METHOD_EXACT, METHOD_T, NO_SPREAD, ONE_PAIR

BASELINES = {"shop": "sync"}


def pairs(build, values, quantity="throughput_per_s", **record):
    """Return the records of pairs of trials, the candidate's value first in each."""
    return [
        build.record(
            variant, repetition, number=2 * repetition + side, **{quantity: value} | record
        )
        for repetition, pair in enumerate(values)
        for side, (variant, value) in enumerate(zip(("async", "sync"), pair, strict=True))
    ]


def compare_one(records, **options):
    (comparison,) = compare_variants(records, BASELINES, **options)
    return comparison


def test_trials_of_the_same_repetition_are_paired(build):
    records = pairs(build, [(200, 100), (330, 110), (480, 120)])

    comparison = compare_one(records[::-1], level=0.99)

    expected = estimate_ratio([math.log(2), math.log(3), math.log(4)], 0.99)
    assert (comparison.ratio, comparison.low, comparison.high) == pytest.approx(tuple(expected))
    assert (comparison.n, comparison.method, comparison.level) == (3, METHOD_T, 0.99)
    assert comparison.trials == (0, 1, 2, 3, 4, 5)
    assert (comparison.valid, comparison.dropped, comparison.because) == (True, 0, "")
    assert (comparison.candidate, comparison.baseline) == ("async", "sync")


def test_the_sign_flip_test_stands_beside_every_interval(build):
    rising = compare_one(pairs(build, [(200, 100), (330, 110), (480, 120)]))
    equal = compare_one(pairs(build, [(200, 100), (200, 100)], "threads"))

    assert (rising.sign_flip_p, equal.sign_flip_p) == (0.25, 0.5)


@pytest.mark.parametrize(("n", "is_told"), [(MAX_SIGN_FLIP_PAIRS, True), (41, False)])
def test_with_more_pairs_than_can_be_counted_exactly_there_is_no_p(build, n, is_told):
    comparison = compare_one(pairs(build, [(200 + number, 100) for number in range(n)]))

    assert (comparison.sign_flip_p is not None) is is_told
    assert comparison.low is not None


def test_a_single_pair_has_a_ratio_without_an_interval(build):
    comparison = compare_one(pairs(build, [(200, 100)]))

    assert comparison.ratio == pytest.approx(2)
    assert (comparison.low, comparison.high, comparison.n) == (None, None, 1)
    assert comparison.sign_flip_p is None
    assert comparison.because == ONE_PAIR
    assert comparison.valid


def test_quantities_without_variance_are_compared_exactly(build):
    comparison = compare_one(pairs(build, [(41, 2), (41, 2), (41, 2)], "threads"))

    assert (comparison.ratio, comparison.low, comparison.high) == (20.5, 20.5, 20.5)
    assert comparison.method == METHOD_EXACT


def test_measured_quantities_that_agree_to_the_last_digit_are_no_certainty(build):
    comparison = compare_one(pairs(build, [(398, 400), (398, 400)]))

    assert comparison.ratio == pytest.approx(0.995)
    assert (comparison.low, comparison.high, comparison.sign_flip_p) == (None, None, None)
    assert comparison.because == NO_SPREAD
    assert comparison.valid


def test_a_repetition_that_only_one_side_has_is_no_pair(build):
    records = pairs(build, [(200, 100), (220, 100)])

    comparison = compare_one([*records, build.record("async", 7, throughput_per_s=900)])

    assert (comparison.n, comparison.dropped) == (2, 0)


def test_a_variant_whose_baseline_was_not_measured_has_no_ratio(build):
    comparison = compare_one([build.record("async", 0, throughput_per_s=900)])

    assert (comparison.ratio, comparison.n, comparison.valid) == (None, 0, False)
    assert comparison.because == "no pair of trials"


def test_a_tenth_of_the_pairs_may_be_dropped(build):
    records = pairs(build, [(200, 100), (210, 100)] * 5)
    records[0] = build.record("async", 0, throughput_per_s=9, valid=False)

    comparison = compare_one(records)

    assert (comparison.n, comparison.dropped, comparison.valid) == (9, 1, True)
    assert 0 not in comparison.trials
    assert 1 not in comparison.trials


@pytest.mark.parametrize("side", [0, 1])
def test_one_of_nine_pairs_is_more_than_a_tenth(build, side):
    records = pairs(build, [(200 + each, 100) for each in range(9)])
    variant = ("async", "sync")[side]
    records[side] = build.record(variant, 0, throughput_per_s=9, valid=False)

    comparison = compare_one(records)

    assert not comparison.valid
    assert comparison.because == f"1 of 9 steps of {variant} are invalid"


def test_more_than_a_tenth_dropped_on_either_side_makes_the_comparison_invalid(build):
    records = pairs(build, [(200, 100), (210, 100), (220, 100)])
    records[3] = build.record("sync", 1, throughput_per_s=9, valid=False)

    comparison = compare_one(records)

    assert (comparison.n, comparison.dropped, comparison.valid) == (2, 1, False)
    assert comparison.ratio == pytest.approx(math.sqrt(2 * 2.2))
    assert comparison.because == "1 of 3 steps of sync are invalid"


def test_where_every_pair_was_dropped_there_is_no_ratio(build):
    comparison = compare_one(pairs(build, [(200, 100)], valid=False))

    assert (comparison.ratio, comparison.n, comparison.dropped) == (None, 0, 1)
    assert not comparison.valid
    assert comparison.because.startswith("every pair of trials has an invalid step; ")


@pytest.mark.parametrize(
    ("value", "because"),
    [
        (None, "trial 2 (async) has no throughput_per_s"),
        (0.0, "throughput_per_s is 0 in trial 2 (async)"),
    ],
)
def test_a_missing_or_zero_value_leaves_no_ratio(build, value, because):
    comparison = compare_one(pairs(build, [(200, 100), (value, 100)]))

    assert comparison.ratio is None
    assert comparison.because == because


def test_a_step_without_a_row_of_all_lacks_every_value(build):
    record = build.record("async", 0)
    bare = record.model_copy(update={"steps": (record.steps[0].model_copy(update={"rows": ()}),)})

    comparison = compare_one([bare, build.record("sync", 0, throughput_per_s=100)])

    assert comparison.because == "trial 1 (async) has no throughput_per_s"


def test_a_percentile_that_censored_requests_could_reach_is_not_compared(build):
    values = {"p50_s": 0.1, "p99_s": 0.2}
    records = [
        build.record("async", 0, censored=2, at_least=("p99_s", "max_s"), **values),
        build.record("sync", 0, number=2, **values),
    ]

    median, p99 = compare_variants(records, BASELINES)

    assert (median.quantity, median.ratio) == ("p50_s", 1.0)
    assert (p99.quantity, p99.ratio) == ("p99_s", None)
    assert p99.because == ("p99_s of trial 1 (async) is only a lower bound: requests were censored")


def test_a_bystanders_percentile_is_censored_by_bystanders_alone(build):
    def record(variant, *at_least):
        return build.record(variant, 0, bystander_p99_s=0.1, at_least=at_least)

    fine = compare_one([record("async", "p99_s"), record("sync")])
    censored = compare_one([record("async", "bystander_p99_s"), record("sync")])

    assert fine.ratio == 1.0
    assert censored.ratio is None


def test_quantities_come_in_table_order_and_only_those_that_a_side_has(build):
    values = {
        "bystander_p99_s": 0.1,
        "threads": 3,
        "rss_bytes": 9,
        "pss_bytes": 7,
        "cpu_s_per_request": 0.001,
        "p99_s": 0.3,
        "p95_s": 0.2,
        "p50_s": 0.1,
        "throughput_per_s": 10.0,
    }
    records = [build.record(variant, 0, **values) for variant in ("async", "sync")]

    names = [each.quantity for each in compare_variants(records, BASELINES)]

    assert names == [
        "throughput_per_s",
        "p50_s",
        "p95_s",
        "p99_s",
        "cpu_s_per_request",
        "pss_bytes",
        "threads",
        "bystander_p99_s",
    ]


def test_rss_is_compared_where_one_side_has_no_pss(build):
    records = [
        build.record("async", 0, rss_bytes=30, pss_bytes=20),
        build.record("sync", 0, rss_bytes=10),
    ]

    comparison = compare_one(records)

    assert comparison.quantity == "rss_bytes"
    assert comparison.ratio == pytest.approx(3)


def test_throughput_is_no_outcome_of_the_open_model(build):
    records = pairs(build, [(50, 50)], load={"rate": 50}, p50_s=0.1)

    assert compare_one(records).quantity == "p50_s"


def test_order_is_experiment_stratum_load_and_candidate(build):
    def records(experiment, stratum, users):
        return [
            build.record(
                variant,
                0,
                load={"users": users},
                throughput_per_s=10,
                trial={"experiment": experiment, "stratum": stratum},
            )
            for variant in ("b", "sync", "a")
        ]

    seen = compare_variants(
        [
            *records("zoo", {"wait": "b"}, 100),
            *records("zoo", {"wait": "b"}, 20),
            *records("zoo", {"wait": "a"}, 5),
            *records("bar", {"size": 10}, 1),
            *records("bar", {"size": 9}, 1),
            *records("unknown", {}, 1),
        ],
        {"bar": "sync", "zoo": "sync"},
    )

    assert [(c.experiment, *c.stratum.values(), c.load.users, c.candidate) for c in seen] == [
        ("zoo", "a", 5, "a"),
        ("zoo", "a", 5, "b"),
        ("zoo", "b", 20, "a"),
        ("zoo", "b", 20, "b"),
        ("zoo", "b", 100, "a"),
        ("zoo", "b", 100, "b"),
        ("bar", 9, 1, "a"),
        ("bar", 9, 1, "b"),
        ("bar", 10, 1, "a"),
        ("bar", 10, 1, "b"),
    ]
