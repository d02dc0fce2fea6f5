from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.analysis.gating.one_sided import bound_below, take_moments
from bench.analysis.gating.power import compute_power
from bench.analysis.gating.rule import DEFAULT_RULE, GateRule, decide
from bench.model.gate import GateVerdict

PASS, REGRESSION = GateVerdict.PASS, GateVerdict.REGRESSION
INCONCLUSIVE = GateVerdict.INCONCLUSIVE
NOISE = [0.004, -0.004, 0.002, -0.002, 0.003, -0.003, 0.001, -0.001]
WORSENINGS = st.lists(st.floats(-0.05, 0.10), min_size=0, max_size=60)


def about(mean, scale=1.0, times=1):
    return [mean + scale * each for each in NOISE] * times


def test_fewer_trials_than_a_screening_ask_for_the_rest_of_it():
    decision = decide(NOISE[:5], 0.03, DEFAULT_RULE)

    assert (decision.verdict, decision.wants) == (None, 8)


def test_a_screening_that_the_budget_cut_short_says_nothing():
    decision = decide([0.5] * 7, 0.03, DEFAULT_RULE, exhausted=True)

    assert (decision.verdict, decision.trials) == (INCONCLUSIVE, 7)
    assert "7 of the 8" in decision.stage


def test_a_quiet_row_passes_after_screening():
    decision = decide(about(0.0), 0.03, DEFAULT_RULE)

    assert (decision.verdict, decision.trials, decision.wants) == (PASS, 8, 0)
    assert decision.stage == "at most 0.3% worse after screening, where 3.0% would matter"


def test_a_candidate_that_is_better_passes_and_it_is_told_so():
    assert "better after screening" in decide(about(-0.05), 0.03, DEFAULT_RULE).stage


def test_a_worsening_that_is_certain_and_too_small_to_matter_passes():
    flagged = stats.ttest_1samp(about(0.01), 0, alternative="greater").pvalue < 0.05

    assert flagged
    assert decide(about(0.01), 0.03, DEFAULT_RULE).verdict is PASS


def test_a_flagged_row_asks_for_fresh_trials_and_is_a_regression_if_they_confirm_it():
    screened = decide(about(0.05), 0.03, DEFAULT_RULE)
    confirmed = decide(about(0.05, times=2), 0.03, DEFAULT_RULE)

    assert (screened.verdict, screened.wants) == (None, 16)
    assert (confirmed.verdict, confirmed.trials) == (REGRESSION, 16)
    assert "5.1% worse in 8 fresh trials" in confirmed.stage


def test_a_confirmation_goes_by_its_own_trials_alone():
    # All 16 together are 5 % worse with certainty; the fresh ones alone are not.
    screened, fresh = about(0.10), about(0.0)

    assert decide(screened + fresh, 0.03, DEFAULT_RULE).verdict is not REGRESSION


def test_a_confirmed_worsening_smaller_than_what_matters_is_no_regression():
    worse = about(0.06) + about(0.029)

    assert decide(worse, 0.03, DEFAULT_RULE).verdict is INCONCLUSIVE


def test_a_confirmation_that_is_not_certain_is_no_regression():
    # 4 % worse with a standard error of 2 %: t = 2 where 3 would be needed.
    fresh = [0.04 + each for each in (0.06, -0.06) * 4]

    assert decide(about(0.05) + fresh, 0.03, DEFAULT_RULE).verdict is INCONCLUSIVE


def test_an_unflagged_row_is_no_regression_whatever_comes_later():
    unflagged = about(0.0, scale=20)
    assert decide(unflagged, 0.03, DEFAULT_RULE).wants == 16

    decision = decide(unflagged + about(0.10), 0.03, DEFAULT_RULE, exhausted=True)

    assert decision.verdict is INCONCLUSIVE


def test_an_unflagged_row_may_pass_at_the_second_look():
    wide = about(0.0, scale=13)
    assert decide(wide, 0.03, DEFAULT_RULE).wants == 16

    decision = decide(wide + about(0.0), 0.03, DEFAULT_RULE)

    assert (decision.verdict, decision.trials) == (PASS, 16)
    assert "at the second look" in decision.stage


def test_a_confirmation_is_sized_for_the_screenings_spread():
    screened = about(0.10, scale=20)
    seen = take_moments(screened)
    effect = max(math.log(1.03), bound_below(seen, 0.1))

    size = decide(screened, 0.03, DEFAULT_RULE).wants - 8

    assert size > 8
    assert compute_power(effect / seen.sd, size, 0.01) >= 0.95
    assert compute_power(effect / seen.sd, size - 1, 0.01) < 0.95


def test_a_confirmation_is_sized_before_any_of_its_trials_is_seen():
    screened = about(0.10, scale=20)
    asked = decide(screened, 0.03, DEFAULT_RULE).wants

    assert decide([*screened, 5.0, -5.0], 0.03, DEFAULT_RULE).wants == asked


def test_no_more_trials_are_asked_for_than_there_may_be():
    rule = GateRule(most_trials=20)

    assert decide(about(0.10, scale=30), 0.03, rule).wants == 20


def test_the_last_look_is_sized_by_the_spread_alone():
    # Two rows of the same spread about different means ask for the same number.
    asked = {
        decide(about(mean, scale=40, times=2), 0.06, DEFAULT_RULE).wants for mean in (0.0, 0.02)
    }

    assert len(asked) == 1
    (wants,) = asked
    assert 16 < wants < 100


def test_a_row_may_pass_at_the_last_look():
    wide = about(0.0, scale=20, times=2)
    wants = decide(wide, 0.03, DEFAULT_RULE).wants
    assert wants > 16

    decision = decide(wide + [0.0] * (wants - 16), 0.03, DEFAULT_RULE)

    assert (decision.verdict, decision.trials) == (PASS, wants)
    assert "at the last look" in decision.stage


def test_what_the_last_look_does_not_pass_is_inconclusive():
    wide = about(0.02, scale=20, times=2)
    wants = decide(wide, 0.03, DEFAULT_RULE).wants

    decision = decide(wide + about(0.028, scale=20, times=9)[: wants - 16], 0.03, DEFAULT_RULE)

    assert decision.verdict is INCONCLUSIVE
    assert f"{wants} trials were all" in decision.stage


def test_a_row_about_what_matters_is_given_up_at_the_second_look():
    given_up = decide(about(0.06) + about(0.028), 0.03, DEFAULT_RULE)
    assert given_up.verdict is INCONCLUSIVE
    assert "not confirmed" in given_up.stage


def test_where_the_second_look_has_all_trials_that_there_may_be_it_is_the_last():
    rule = GateRule(most_trials=16)

    decision = decide(about(0.0, scale=30, times=2), 0.03, rule)

    assert (decision.verdict, decision.trials) == (INCONCLUSIVE, 16)


def test_the_end_of_the_budget_brings_the_next_look_forward():
    wide = about(0.0, scale=13) + NOISE[:4]
    assert decide(wide, 0.03, DEFAULT_RULE).verdict is None

    decision = decide(wide, 0.03, DEFAULT_RULE, exhausted=True)

    assert (decision.verdict, decision.trials) == (PASS, 12)


def test_the_end_of_the_budget_at_a_look_adds_no_further_look():
    wide = about(0.0, scale=13)

    decision = decide(wide, 0.03, DEFAULT_RULE, exhausted=True)

    assert decision.verdict is INCONCLUSIVE
    assert decision.trials == 8


def test_a_confirmation_cut_short_counts_from_its_least_size_on():
    noisy = about(0.10, scale=20)
    assert decide(noisy, 0.03, DEFAULT_RULE).wants > 16

    def end_after(fresh):
        return decide(noisy + about(0.10, times=2)[:fresh], 0.03, DEFAULT_RULE, exhausted=True)

    assert end_after(7).verdict is INCONCLUSIVE
    assert end_after(8).verdict is REGRESSION


def test_trials_that_all_agree_are_decided_without_any_spread():
    assert decide([0.0] * 8, 0.03, DEFAULT_RULE).verdict is PASS
    assert decide([0.029] * 8, 0.03, DEFAULT_RULE).verdict is PASS
    assert decide([0.05] * 8, 0.03, DEFAULT_RULE).wants == 16
    assert decide([0.05] * 16, 0.03, DEFAULT_RULE).verdict is REGRESSION


@given(WORSENINGS, st.integers(0, 60))
def test_a_verdict_stands_whatever_comes_after(worsenings, cut):
    early = decide(worsenings[:cut], 0.03, DEFAULT_RULE)
    late = decide(worsenings, 0.03, DEFAULT_RULE)

    if early.verdict is not None:
        assert early == late


@given(WORSENINGS)
def test_asking_at_the_end_is_asking_all_along_the_way(worsenings):
    asked = 0
    decision = decide([], 0.03, DEFAULT_RULE)
    while decision.verdict is None and decision.wants <= len(worsenings):
        assert decision.wants > asked
        asked = decision.wants
        decision = decide(worsenings[:asked], 0.03, DEFAULT_RULE)
    if decision.verdict is None:
        decision = decide(worsenings, 0.03, DEFAULT_RULE, exhausted=True)

    assert decide(worsenings, 0.03, DEFAULT_RULE, exhausted=True) == decision


@given(WORSENINGS, st.sampled_from([0.005, 0.03, 0.5]))
def test_at_most_three_looks_are_taken_of_any_row(worsenings, min_effect):
    looks = {
        decide(worsenings[:cut], min_effect, DEFAULT_RULE).wants for cut in range(len(worsenings))
    }

    assert len(looks - {0}) <= 3
    assert max(looks, default=0) <= DEFAULT_RULE.most_trials


def test_the_interval_of_a_row_ends_where_its_looks_bound_does():
    assert DEFAULT_RULE.look_p == pytest.approx(0.05 / 3)
    assert DEFAULT_RULE.interval_level == pytest.approx(0.96667, abs=1e-5)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"screening": 4}, "too few"),
        ({"confirming": 5}, "too few"),
        ({"most_trials": 15}, "no room"),
    ],
)
def test_a_rule_that_could_never_decide_is_refused(changes, what):
    with pytest.raises(ValueError, match=what):
        GateRule(**changes)
