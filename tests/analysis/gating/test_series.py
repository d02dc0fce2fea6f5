from __future__ import annotations

import pytest

from bench.analysis.gating.duets import pair_steps, sort_by_unit
from bench.analysis.gating.quantities import GATED
from bench.analysis.gating.rule import DEFAULT_RULE
from bench.analysis.gating.series import build_series
from bench.model.caution import CautionCode

ERRORS = {"errors": {"http-500": 3}, "cautions": (CautionCode.ERRORS,)}
STOLEN = {"cautions": (CautionCode.CPU_STOLEN,)}


def build(records, name="cpu", max_error_ratio=0.0):
    ((unit, of_unit),) = sort_by_unit(records).items()
    return build_series(unit, GATED[name], pair_steps(of_unit)[0], max_error_ratio)


def test_each_trial_becomes_one_log_worsening(duet):
    series = build(duet.trials([0.1, -0.2]))

    assert series.worsenings == pytest.approx((0.1, -0.2))
    assert [point.baseline for point in series.kept] == [0.001, 0.001]


def test_a_fall_of_throughput_is_a_worsening(duet):
    assert build(duet.trials([0.1]), "throughput").worsenings == pytest.approx((0.1,))


@pytest.mark.parametrize("arm", ["baseline", "candidate"])
def test_a_trial_that_is_invalid_in_either_arm_is_left_out_with_the_reason(duet, arm):
    series = build([duet.trial(1), duet.trial(2, **{arm: STOLEN})])

    assert [point.trial for point in series.kept] == [1]
    assert series.points[1].missing == f"{arm}: cpu-stolen"
    assert not series.points[1].is_mended


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"cpu_s_per_request": None}, "no cpu"),
        ({"cpu_s_per_request": 0.0}, "cpu is 0"),
        ({"at_least": ("cpu_s_per_request",)}, "only a lower bound"),
    ],
)
def test_a_trial_without_a_number_to_compare_is_left_out(duet, row, why):
    series = build([duet.trial(candidate=row)])

    assert series.kept == ()
    assert why in series.points[0].missing


def test_a_trial_in_which_the_baseline_alone_failed_is_told_apart(duet):
    records = [
        duet.trial(1, baseline=ERRORS),
        duet.trial(2, candidate=ERRORS),
        duet.trial(3, baseline=ERRORS, candidate=ERRORS),
    ]

    assert [point.is_mended for point in build(records).points] == [True, False, False]


def test_all_trials_up_to_so_many_that_count_hold_those_left_out_between(duet):
    records = [
        duet.trial(1),
        duet.trial(2, baseline=STOLEN),
        duet.trial(3),
        duet.trial(4, baseline=STOLEN),
    ]
    series = build(records)

    assert [point.trial for point in series.until(1)] == [1]
    assert [point.trial for point in series.until(2)] == [1, 2, 3]
    assert [point.trial for point in series.until(0)] == [1, 2, 3, 4]


def test_a_floor_is_taken_in_relation_to_the_baseline_of_the_screening(duet):
    quick = [duet.trial(number, baseline={"p95_s": 0.002}) for number in range(1, 9)]
    later = [duet.trial(number, baseline={"p95_s": 0.020}) for number in range(9, 12)]

    assert build(quick + later, "p95").smallest_effect(0.1, DEFAULT_RULE) == pytest.approx(0.5)


def test_without_any_trial_that_counts_what_matters_is_what_was_asked_for(duet):
    assert build([duet.trial(baseline=STOLEN)], "p95").smallest_effect(0.1, DEFAULT_RULE) == 0.1


@pytest.mark.parametrize(("arm", "kept"), [("baseline", 0), ("candidate", 1)])
def test_response_times_of_an_overloaded_baseline_are_its_queue(duet, arm, kept):
    overloaded = {"cautions": (CautionCode.OVERLOADED,)}
    records = [duet.trial(1, **{arm: overloaded})]

    assert len(build(records, "p95").kept) == kept
    assert len(build(records, "cpu").kept) == 1
