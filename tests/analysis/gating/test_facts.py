from __future__ import annotations

import pytest

from bench.analysis.gating.duets import pair_steps
from bench.analysis.gating.facts import TrialFailures, judge_errors
from bench.analysis.gating.failing import count_failed, only_baseline_failed
from bench.analysis.gating.rule import DEFAULT_RULE
from bench.model.caution import CautionCode
from bench.model.gate import GateVerdict
from bench.model.summary import Failure

PASS, REGRESSION = GateVerdict.PASS, GateVerdict.REGRESSION
INCONCLUSIVE, INVALID = GateVerdict.INCONCLUSIVE, GateVerdict.INVALID

FAILED = {"errors": {"http-500": 5}, "cautions": (CautionCode.ERRORS,)}
FINE: dict[str, object] = {}


@pytest.fixture
def judge(duet):
    def judge(*arms, max_error_ratio=0.0, exhausted=False, fine=0):
        records = [
            duet.trial(number, baseline=baseline, candidate=candidate)
            for number, (baseline, candidate) in enumerate((*arms, *[(FINE, FINE)] * fine), 1)
        ]
        trials = [
            TrialFailures(count_failed(step.baseline.rows), count_failed(step.candidate.rows))
            for step in pair_steps(records)[0]
        ]
        return judge_errors(trials, max_error_ratio, DEFAULT_RULE, exhausted=exhausted)

    return judge


def test_where_no_request_failed_it_passes(judge):
    found = judge(fine=8)

    assert (found.verdict, found.looked_at) == (PASS, 8)
    assert (found.baseline, found.candidate) == (0, 0)


def test_failures_of_the_candidate_alone_in_two_trials_are_a_regression(judge):
    found = judge((FINE, FAILED), (FINE, FINE), (FINE, FAILED))

    assert (found.verdict, found.wants) == (REGRESSION, 0)
    assert (found.baseline, found.candidate) == (0, 10)
    assert found.because == "of the candidate alone, in 2 of 3 trials: 10 http-500"


def test_failures_of_the_candidate_in_one_trial_ask_for_as_many_as_a_confirmation(judge):
    found = judge((FINE, FINE), (FINE, FAILED), fine=6)

    assert (found.verdict, found.wants) == (None, 10)


def test_failures_of_the_candidate_that_do_not_happen_again_are_inconclusive(judge):
    assert judge((FINE, FAILED), fine=8).verdict is INCONCLUSIVE
    assert judge((FINE, FAILED), exhausted=True).verdict is INCONCLUSIVE


def test_failures_on_both_sides_are_invalid(judge):
    found = judge((FAILED, FINE), (FINE, FAILED), (FINE, FAILED))

    assert found.verdict is INVALID
    assert "baseline in 1 trials (5 http-500), of the candidate in 2" in found.because


def test_a_hiccup_that_hits_both_sides_at_once_is_nobodys(judge):
    assert judge((FAILED, FAILED), fine=7).verdict is PASS
    assert judge((FAILED, FAILED), (FAILED, FAILED), fine=7).verdict is INVALID


def test_failures_of_the_baseline_alone_are_no_regression_and_are_told(judge):
    found = judge((FAILED, FINE), (FAILED, FINE), fine=2)

    assert found.verdict is PASS
    assert found.because == "of the baseline alone, in 2 of 4 trials: 10 http-500"


def test_as_many_failures_as_the_experiment_allows_are_none(judge):
    few = {"errors": {"timeout": 10}}  # of 1000 requests

    assert judge((FINE, few), (FINE, few), max_error_ratio=0.01).verdict is PASS
    assert judge((FINE, few), (FINE, few), max_error_ratio=0.009).verdict is REGRESSION


def test_a_request_that_never_ended_counts_as_failed(judge):
    found = judge((FINE, {"censored": 2}), (FINE, {"censored": 1}))

    assert found.verdict is REGRESSION
    assert "3 censored" in found.because


def test_a_bystander_that_gets_no_answer_counts_as_well(judge):
    stalled = {"bystander": {"requests": 10, "errors": {"timeout": 4}}}

    found = judge((FINE, stalled), (FINE, stalled))

    assert found.verdict is REGRESSION
    assert "8 timeout (bystander)" in found.because


def test_a_bystander_is_held_against_its_own_requests(judge):
    # One of ten is a tenth, however many requests the users sent.
    stalled = {"bystander": {"requests": 10, "errors": {"timeout": 1}}}

    assert judge((FINE, stalled), (FINE, stalled), max_error_ratio=0.05).verdict is REGRESSION


def test_texts_of_failures_are_told(judge):
    failure = Failure(outcome="http-500", text="no such column", count=5)

    found = judge(*[(FINE, FAILED | {"failures": (failure,)})] * 2)

    assert found.because.endswith("10 http-500; most often http-500 10: no such column")


@pytest.mark.parametrize("code", [CautionCode.GENERATOR_STARVED, CautionCode.CPU_STOLEN])
def test_trials_in_which_something_else_was_wrong_are_not_looked_at(judge, code):
    found = judge(*[(FINE, FAILED | {"cautions": (CautionCode.ERRORS, code)})] * 3, fine=2)

    assert (found.verdict, found.looked_at, found.candidate) == (PASS, 2, 0)


@pytest.mark.parametrize("code", [CautionCode.TARGET_DIED, CautionCode.NO_STEADY_STATE])
def test_what_failing_requests_bring_about_is_no_reason_to_look_away(judge, code):
    assert judge(*[(FINE, FAILED | {"cautions": (code,)})] * 2).verdict is REGRESSION


def test_where_no_window_closed_nothing_can_be_said(judge):
    found = judge(*[(FINE, {"requests": None})] * 8)

    assert (found.verdict, found.looked_at) == (INVALID, 0)


def test_a_step_that_was_not_reached_says_nothing():
    assert count_failed(()) is None


def test_the_baseline_alone_failed_where_the_candidate_did_not(duet):
    def failed(baseline, candidate):
        ((step,),) = pair_steps([duet.trial(baseline=baseline, candidate=candidate)]).values()
        return only_baseline_failed(step, 0.0)

    assert failed(FAILED, FINE)
    assert not failed(FAILED, FAILED)
    assert not failed(FINE, FINE)
    assert not failed({"requests": None}, FINE)
