from __future__ import annotations

import math

import pytest

from bench.analysis.comparing import compare_variants
from bench.analysis.estimating import estimate_ratio
from bench.analysis.pairing import ONE_PAIR

BASELINES = {"shop": "sync"}


def duet(build, number, values, variants=("async", "sync"), valid=(True, True), **record):
    """Return a duet whose arms have these throughputs, the candidate's first."""
    return build.duet(
        *(
            build.record(variant, 0, number=number, throughput_per_s=value, valid=ok, **record)
            for variant, value, ok in zip(variants, values, valid, strict=True)
        )
    )


def compare_one(records, **options):
    (comparison,) = compare_variants(records, BASELINES, **options)
    return comparison


def test_the_arms_of_a_duet_are_a_pair_as_they_are(build):
    # all of one repetition, and the numbers of the trials in no order: neither pairs them
    records = [duet(build, 7, (200, 100)), duet(build, 3, (330, 110)), duet(build, 5, (480, 120))]

    comparison = compare_one(records, level=0.99)

    expected = estimate_ratio([math.log(2), math.log(3), math.log(4)], 0.99)
    assert (comparison.ratio, comparison.low, comparison.high) == pytest.approx(tuple(expected))
    assert (comparison.mode, comparison.n, comparison.dropped) == ("duet", 3, 0)
    assert (comparison.candidate, comparison.baseline) == ("async", "sync")
    assert comparison.valid


def test_a_duet_is_one_trial_and_listed_once(build):
    records = [duet(build, 1, (200, 100)), duet(build, 2, (330, 110))]

    assert compare_one(records).trials == (1, 2)


def test_one_duet_has_a_ratio_without_an_interval(build):
    comparison = compare_one([duet(build, 1, (200, 100))])

    assert comparison.ratio == pytest.approx(2)
    assert (comparison.low, comparison.because) == (None, ONE_PAIR)


@pytest.mark.parametrize(("valid", "side"), [((False, True), "async"), ((True, False), "sync")])
def test_a_duet_with_an_invalid_arm_is_dropped_and_counted(build, valid, side):
    records = [duet(build, number, (200 + number, 100)) for number in range(1, 9)]

    comparison = compare_one([duet(build, 9, (900, 100), valid=valid), *records])

    assert (comparison.n, comparison.dropped) == (8, 1)
    assert comparison.trials == tuple(range(1, 9))
    assert not comparison.valid
    assert comparison.because == f"1 of 9 steps of {side} are invalid"


def test_two_versions_of_one_variant_are_told_apart_by_their_arm(build):
    own = {"variants": ("sync", "sync")}
    records = [duet(build, number, (200 + number, 100), **own) for number in range(1, 4)]

    comparison = compare_one([duet(build, 9, (9, 1), valid=(False, True), **own), *records])

    assert (comparison.candidate, comparison.baseline) == ("sync", "sync")
    assert comparison.because == "1 of 4 steps of sync (candidate) are invalid"


def test_duets_and_solos_of_one_experiment_are_kept_apart(build):
    records = [
        duet(build, 1, (200, 100)),
        build.record("async", 0, number=2, throughput_per_s=300),
        build.record("sync", 0, number=3, throughput_per_s=100),
        duet(build, 4, (220, 100)),
    ]

    found = compare_variants(records, BASELINES)

    assert [(each.mode, each.n, each.trials) for each in found] == [
        ("duet", 2, (1, 4)),
        ("solo", 1, (2, 3)),
    ]
    assert found[1].ratio == pytest.approx(3)


def test_levels_strata_and_candidates_of_duets_are_kept_apart(build):
    records = [
        duet(build, 1, (200, 100), load={"users": 20}),
        duet(build, 2, (300, 100), load={"users": 5}),
        duet(build, 3, (400, 100), variants=("loop", "sync"), load={"users": 5}),
        duet(build, 4, (500, 100), load={"users": 5}, trial={"stratum": {"size": 1}}),
    ]

    found = compare_variants(records, BASELINES)

    assert [(c.stratum, c.load.users, c.candidate, round(c.ratio)) for c in found] == [
        ({}, 5, "async", 3),
        ({}, 5, "loop", 4),
        ({}, 20, "async", 2),
        ({"size": 1}, 5, "async", 5),
    ]


def test_a_duet_that_one_arm_of_did_not_measure_says_whose_number_is_missing(build):
    comparison = compare_one([duet(build, 1, (200, None))])

    assert comparison.ratio is None
    assert comparison.because == "trial 1 (sync) has no throughput_per_s"
