from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from bench.analysis.gating.tripwire import compare_with_stored
from bench.analysis.gating.two_sides import estimate_worsening
from bench.model.caution import CautionCode
from bench.model.gate import GateVerdict
from bench.model.gate_settings import GateSettings

PASS, REGRESSION = GateVerdict.PASS, GateVerdict.REGRESSION
INCONCLUSIVE, INVALID = GateVerdict.INCONCLUSIVE, GateVerdict.INVALID

NOISE = [0.01, -0.01, 0.02, -0.02, 0.0]


@pytest.fixture
def side(duet):
    """Return the steps of trials whose CPU per request is so much more than 1 ms, in logs."""

    def side(log_ratios=NOISE, **changes):
        return [
            duet.row(trial=number, cpu_s_per_request=0.001 * math.exp(each), **changes)
            for number, each in enumerate(log_ratios, 1)
        ]

    return side


@pytest.fixture
def compare(duet):
    def compare(stored, new, settings=None, file=None, **changes):
        experiments = {"shop": file or duet.file()}
        return compare_with_stored(stored, new, settings or {}, experiments, **changes)

    return compare


def row_of(comparison, quantity):
    (row,) = (row for row in comparison.rows if row.quantity == quantity)
    return row


def test_a_run_that_is_like_the_stored_one_passes(side, compare):
    comparison = compare(side(), side())

    assert {row.quantity: row.verdict for row in comparison.rows} == {
        "throughput": PASS,
        "cpu": PASS,
        "memory": PASS,
        "errors": PASS,
    }
    assert comparison.missing == ()


def test_a_wide_worsening_is_a_regression(side, compare):
    worse = side([0.3 + each for each in NOISE])

    row = row_of(compare(side(), worse), "cpu")

    assert row.verdict is REGRESSION
    assert row.worsening == pytest.approx(math.expm1(0.3))
    assert (row.n, row.min_effect, row.method) == (5, 0.25, "Welch's t on logs")
    assert row.low < row.ratio < row.high
    assert "35.0% worse than the stored run, with p = " in row.because


def test_a_worsening_that_another_hour_explains_passes(side, compare):
    assert row_of(compare(side(), side([0.1 + each for each in NOISE])), "cpu").verdict is PASS


def test_what_lies_about_what_matters_is_inconclusive(side, compare):
    wild = [0.15 + 10 * each for each in NOISE]

    row = row_of(compare(side(), side(wild)), "cpu")

    assert row.verdict is INCONCLUSIVE
    assert "may be up to" in row.because


def test_a_wide_worsening_that_is_not_certain_is_inconclusive(side, compare):
    wild = [0.3 + 20 * each for each in NOISE]  # t is 2.1

    row = row_of(compare(side(), side(wild)), "cpu")

    assert row.worsening > row.min_effect
    assert row.verdict is INCONCLUSIVE


def test_less_throughput_is_worse(duet, compare):
    def side(factor):
        numbers = enumerate((990.0, 1000.0, 1010.0), 1)
        return [duet.row(trial=n, throughput_per_s=factor * each) for n, each in numbers]

    slower, faster = compare(side(1), side(0.5)), compare(side(1), side(2))

    row = row_of(slower, "throughput")
    assert (row.verdict, row_of(faster, "throughput").verdict) == (REGRESSION, PASS)
    assert row.ratio == pytest.approx(0.5)
    assert row.worsening == pytest.approx(1.0)
    assert row.low < 0.5 < row.high


def test_memory_matters_earlier_and_stalls_later(duet, compare):
    rows = [duet.row(trial=n, bystander_p99_s=1.0) for n in (1, 2)]
    file = duet.file(bystander={"rate": 20, "path": "/ping"})

    found = {row.quantity: row.min_effect for row in compare(rows, rows, file=file).rows}

    assert found == {
        "throughput": 0.25,
        "cpu": 0.25,
        "memory": 0.10,
        "bystander": 0.50,
        "errors": None,
    }


def test_what_matters_can_be_asked_for(side, compare):
    worse = side([0.1 + each for each in NOISE])

    row = row_of(compare(side(), worse, min_effects={"cpu": 0.05}), "cpu")

    assert (row.verdict, row.min_effect) == (REGRESSION, 0.05)


def test_sides_may_have_different_numbers_of_trials(side, compare):
    row = row_of(compare(side(NOISE * 2), side()), "cpu")

    assert (row.n, row.verdict) == (5, PASS)


def test_a_single_trial_of_a_side_says_nothing(side, compare):
    row = row_of(compare(side(), side([0.5])), "cpu")

    assert (row.verdict, row.low) == (INCONCLUSIVE, None)
    assert row.ratio == pytest.approx(math.exp(0.5))


@pytest.mark.parametrize("of_new", [True, False])
def test_too_many_trials_left_out_make_a_row_invalid(side, compare, of_new):
    stolen = {"valid": False, "cautions": (CautionCode.CPU_STOLEN,)}
    spoiled = [*side()[:3], *(row.model_copy(update=stolen) for row in side()[3:])]

    row = row_of(compare(*((side(), spoiled) if of_new else (spoiled, side()))), "cpu")

    assert (row.verdict, row.n, row.dropped) == (INVALID, 3, 2)
    assert row.because == (
        f"2 of 5 {'new' if of_new else 'stored'} trials were left out (cpu-stolen)"
    )


def test_a_side_without_any_number_is_invalid(side, compare):
    nothing = [row.model_copy(update={"cpu_s_per_request": None}) for row in side()]

    row = row_of(compare(nothing, side()), "cpu")

    assert (row.verdict, row.ratio, row.worsening) == (INVALID, None, None)


def test_a_default_quantity_that_neither_run_has_has_no_row(duet, compare):
    rows = [duet.row(trial=n, rss_bytes=None, pss_bytes=None) for n in (1, 2)]

    assert [row.quantity for row in compare(rows, rows).rows] == ["throughput", "cpu", "errors"]


def test_response_times_at_saturation_are_refused(side, compare):
    settings = {"shop": GateSettings(quantities=("p95",))}

    row = row_of(compare(side(), side(), settings), "p95")

    assert (row.verdict, row.n) == (INVALID, 0)


def test_steps_that_only_one_run_has_are_told(side, compare):
    stored = side() + side(load={"users": 20})
    new = side() + side(load={"users": 40}, stratum={"pool": 5})

    comparison = compare(stored, new)

    assert {str(row.load) for row in comparison.rows} == {"10 users"}
    assert comparison.missing == (
        "async of shop, at 20 users: only in the stored run",
        "async of shop, pool = 5, at 40 users: not in the stored run",
    )


def test_the_steps_of_duets_are_passed_over(side, compare):
    assert compare(side(arm="baseline", mode="duet"), side(arm="candidate", mode="duet")).rows == ()


def test_rows_of_single_requests_are_no_trials_of_their_own(duet, side, compare):
    named = [duet.row(trial=n, name="GET /", cpu_s_per_request=None) for n in range(1, 6)]

    assert row_of(compare(side() + named, side() + named), "cpu").n == 5


def test_new_failures_in_two_trials_are_a_regression(side, compare):
    failed = {"errors": {"http-500": 3}, "cautions": (CautionCode.ERRORS,)}

    def fail(count):
        return [row.model_copy(update=failed if n < count else {}) for n, row in enumerate(side())]

    def verdict(stored, new):
        row = row_of(compare(stored, new), "errors")
        assert row.n == 5
        return row.verdict

    assert verdict(side(), fail(2)) is REGRESSION
    assert verdict(side(), fail(1)) is INCONCLUSIVE
    assert verdict(fail(2), side()) is PASS
    assert verdict(fail(1), fail(1)) is INVALID


def test_without_spread_on_either_side_permutations_are_counted(side, compare):
    same, worse = side([0.0] * 5), side([0.3] * 5)

    found = row_of(compare(same, worse), "cpu")

    assert (found.verdict, found.method) == (REGRESSION, "exact")
    assert "p = 0.004" in found.because  # 1 of 252
    assert row_of(compare(same, same), "cpu").verdict is PASS
    assert row_of(compare(worse, same), "cpu").verdict is PASS


def test_one_side_without_spread_is_tested_by_that_of_the_other(side, compare):
    found = row_of(compare(side([0.0] * 5), side([0.3 + each for each in NOISE])), "cpu")

    assert (found.verdict, found.method) == (REGRESSION, "Welch's t on logs")


def test_the_estimate_is_that_of_scipys_test():
    rng = np.random.default_rng(1)
    theirs, ours = rng.normal(-7, 0.1, 6), rng.normal(-6.9, 0.2, 9)

    seen = estimate_worsening(theirs.tolist(), ours.tolist(), 0.9)

    known = stats.ttest_ind(ours, theirs, equal_var=False, alternative="greater")
    assert seen.mean == pytest.approx(ours.mean() - theirs.mean())
    assert seen.p == pytest.approx(known.pvalue)


def test_one_look_at_equal_sides_raises_an_alarm_no_oftener_than_its_level():
    rng = np.random.default_rng(2)
    drawn = rng.normal(0.0, [[0.05]] * 5 + [[0.15]] * 5, size=(500, 10, 1))[..., 0]

    p = [estimate_worsening(each[:5], each[5:], 0.9).p for each in drawn.tolist()]

    alarms = stats.binomtest(int(np.sum(np.array(p) < 0.05)), len(p))
    assert alarms.proportion_ci(0.999).low < 0.05


def test_what_is_gated_by_default_and_neither_run_has_is_told(side, compare):
    light = {"pss_bytes": None, "rss_bytes": None}
    comparison = compare(side(**light), side(**light))

    assert "memory" not in {row.quantity for row in comparison.rows}
    assert any("no trial has memory" in told for told in comparison.missing)
