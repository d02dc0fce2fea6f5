from __future__ import annotations

import math

import pytest

from bench.analysis.comparing import compare_variants
from bench.analysis.knees import (
    METHOD_T_ON_LOGS,
    NO_SPREAD,
    ONE_TRIAL,
    compare_knees,
    estimate_knees,
)
from bench.analysis.pairing import METHOD_T, ONE_PAIR
from bench.model.condition import Condition
from bench.model.knee import Knee
from bench.model.trial import TrialRecord

BASELINES = {"shop": "sync"}
CONDITIONS = (Condition(quantity="p99", below=0.25),)


def knee(holds_per_s: float | None, end: str = "found", because: str = "it broke") -> Knee:
    return Knee(
        conditions=CONDITIONS, end=end, holds_per_s=holds_per_s, fails_per_s=None, because=because
    )


def searched(
    build, variant: str, *found: float | Knee, first: int = 1, **trial
) -> list[TrialRecord]:
    """Return the records of a variant's trials, one for each knee."""
    records = []
    for repetition, each in enumerate(found):
        of = each if isinstance(each, Knee) else knee(each)
        number = first + repetition
        record = build.record(
            variant,
            repetition,
            number=number,
            trial={"knee": of} | trial,
            load={"rate": 9.0},
            p99_s=0.2,
        )
        records.append(record)
    return records


def test_a_knee_is_the_geometric_mean_of_its_trials_with_students_interval(build):
    # ln 100 and ln 400 have mean ln 200 and standard error ln 2; t(1) at 95 % is 12.7062.
    (found,) = estimate_knees(searched(build, "sync", 100.0, 400.0))

    assert found.rate_per_s == pytest.approx(200.0)
    assert found.low_per_s == pytest.approx(200 / math.exp(12.7062 * math.log(2)), rel=1e-4)
    assert found.high_per_s == pytest.approx(200 * math.exp(12.7062 * math.log(2)), rel=1e-4)
    assert (found.n, found.level, found.method) == (2, 0.95, METHOD_T_ON_LOGS)
    assert (found.trials, found.valid, found.because) == ((1, 2), True, "")
    assert (found.conditions, found.beyond, found.at_least_per_s) == (CONDITIONS, "it broke", None)


def test_a_single_trial_gives_a_rate_and_no_interval(build):
    (found,) = estimate_knees(searched(build, "sync", 150.0))

    assert (found.rate_per_s, found.low_per_s, found.high_per_s) == (150.0, None, None)
    assert (found.n, found.valid, found.because) == (1, True, ONE_TRIAL)


def test_trials_that_agree_to_the_last_digit_give_no_interval(build):
    (found,) = estimate_knees(searched(build, "sync", 150.0, 150.0))

    assert (found.rate_per_s, found.low_per_s, found.because) == (150.0, None, NO_SPREAD)


@pytest.mark.parametrize("end", ["holds-at-cap", "generator-limited"])
def test_one_trial_that_ended_at_our_limit_leaves_only_a_bound(build, end):
    (found,) = estimate_knees(searched(build, "sync", 100.0, knee(400.0, end, "it was the cap")))

    assert (found.rate_per_s, found.low_per_s, found.valid) == (None, None, False)
    assert found.at_least_per_s == pytest.approx(200.0)
    assert found.because == "trial 2 (sync): at least 400/s; it was the cap"


def test_a_target_that_withstands_nothing_has_no_knee_and_no_bound(build):
    (found,) = estimate_knees(searched(build, "sync", knee(None, "fails-at-floor"), 100.0))

    assert (found.rate_per_s, found.at_least_per_s, found.n) == (None, None, 1)
    assert found.because == "trial 1 (sync): no rate held; it broke"


def test_a_search_that_did_not_settle_makes_the_estimate_invalid(build):
    (found,) = estimate_knees(
        searched(build, "sync", 100.0, 100.5, knee(50.0, "not-settled", "it died"))
    )

    assert found.rate_per_s == pytest.approx(100.25, rel=1e-3)
    assert (found.n, found.trials, found.valid) == (2, (1, 2), False)
    assert found.because == "1 of 3 searches of sync did not settle: trial 3 (sync), it died"


def test_where_no_search_settled_there_is_nothing(build):
    (found,) = estimate_knees(searched(build, "sync", knee(None, "not-settled", "it died")))

    assert (found.rate_per_s, found.n, found.valid) == (None, 0, False)
    assert found.because.startswith("1 of 1 searches")


def test_one_unsettled_search_of_ten_is_left_out(build):
    lost = knee(50.0, "not-settled")

    (found,) = estimate_knees(searched(build, "sync", *(100.0 + i for i in range(9)), lost))

    assert (found.n, found.valid, found.because) == (9, True, "")


def test_each_stratum_and_variant_has_a_knee_of_its_own_in_order(build):
    records = [
        *searched(build, "sync", 100.0, stratum={"wait": 2}),
        *searched(build, "async", 300.0, stratum={"wait": 2}),
        *searched(build, "sync", 200.0, stratum={"wait": 1}),
    ]

    found = estimate_knees(records)

    assert [(each.variant, each.stratum["wait"], each.rate_per_s) for each in found] == [
        ("sync", 1, 200.0),
        ("sync", 2, 100.0),
        ("async", 2, 300.0),
    ]


def test_trials_that_climbed_a_ladder_have_no_knee(build):
    assert estimate_knees([build.record("sync", 0)]) == ()
    assert compare_knees([build.record("sync", 0)], BASELINES) == ()


def test_knees_of_the_same_repetition_are_compared_as_pairs(build):
    records = [
        *searched(build, "sync", 100.0, 200.0),
        *searched(build, "async", 300.0, 400.0, first=3),
    ]

    (ratio,) = compare_knees(records, BASELINES, level=0.9)

    assert (ratio.quantity, ratio.load) == ("knee_per_s", None)
    assert (ratio.candidate, ratio.baseline) == ("async", "sync")
    assert ratio.ratio == pytest.approx(math.sqrt(3 * 2))
    assert ratio.low is not None
    assert ratio.low < 2 < 3 < (ratio.high or 0)
    assert (ratio.n, ratio.level, ratio.method) == (2, 0.9, METHOD_T)
    assert (ratio.trials, ratio.dropped, ratio.valid) == ((1, 2, 3, 4), 0, True)


def test_one_pair_has_a_ratio_and_no_interval(build):
    (ratio,) = compare_knees(
        [*searched(build, "sync", 100.0), *searched(build, "async", 150.0)], BASELINES
    )

    assert (ratio.ratio, ratio.low, ratio.because) == (pytest.approx(1.5), None, ONE_PAIR)


def test_a_bound_on_either_side_leaves_no_ratio(build):
    capped = knee(400.0, "holds-at-cap", "it was the cap")
    (ratio,) = compare_knees(
        [*searched(build, "sync", 100.0), *searched(build, "async", capped, first=2)], BASELINES
    )

    assert (ratio.ratio, ratio.valid) == (None, False)
    assert ratio.because == "trial 2 (async): at least 400/s; it was the cap"


def test_pairs_with_an_unsettled_search_are_dropped_and_counted(build):
    lost = knee(None, "not-settled", "it died")
    records = [
        *searched(build, "sync", 100.0, 100.0),
        *searched(build, "async", 200.0, lost, first=3),
    ]

    (ratio,) = compare_knees(records, BASELINES)

    assert (ratio.ratio, ratio.n, ratio.dropped) == (pytest.approx(2.0), 1, 1)
    assert not ratio.valid
    assert "1 of 2 searches of async did not settle" in ratio.because


def test_without_a_pair_there_is_no_ratio(build):
    (ratio,) = compare_knees(searched(build, "async", 100.0), BASELINES)

    assert (ratio.ratio, ratio.n, ratio.valid) == (None, 0, False)
    assert ratio.because == "no pair of trials whose searches both settled"


def test_an_experiment_without_a_known_baseline_is_not_compared(build):
    assert compare_knees(searched(build, "async", 100.0), {}) == ()


def test_the_steps_of_searches_are_not_compared(build):
    records = [*searched(build, "sync", 100.0), *searched(build, "async", 150.0, first=2)]
    climbed = [
        record.model_copy(update={"trial": record.trial.model_copy(update={"knee": None})})
        for record in records
    ]

    assert compare_variants(records, BASELINES) == ()
    assert compare_variants(climbed, BASELINES) != ()
