from __future__ import annotations

import math

import numpy as np
import pytest

from bench.analysis.gating.detecting import compute_detection, count_to_pass, find_detectable
from bench.analysis.gating.rule import DEFAULT_RULE, decide
from bench.model.gate import GateVerdict


def simulate(effect, sd, gates=4_000, rule=DEFAULT_RULE, seed=5):
    drawn = np.random.default_rng(seed).normal(effect, sd, size=(gates, rule.most_trials))
    return [decide(row, 0.03, rule, exhausted=True) for row in drawn.tolist()]


def test_detection_is_how_often_simulated_gates_find_it():
    # With so little noise a confirmation has its least size, which is what is computed.
    found = [each.verdict is GateVerdict.REGRESSION for each in simulate(math.log(1.035), 0.006)]

    computed = compute_detection(math.log(1.035), 0.006, 16, 0.03, DEFAULT_RULE)

    assert computed == pytest.approx(np.mean(found), abs=0.02)


def test_where_nothing_is_worse_both_stages_are_wrong_with_their_levels():
    # 5 % of 1 %, if no effect is too small to matter.
    assert compute_detection(0.0, 0.02, 16, 1e-12, DEFAULT_RULE) == pytest.approx(5e-4, rel=0.02)


@pytest.mark.parametrize("sd", [0.001, 0.0055, 0.036, 0.2])
@pytest.mark.parametrize("trials", [16, 40])
def test_what_is_detectable_is_found_nine_times_in_ten(sd, trials):
    effect = math.log1p(find_detectable(sd, trials, 0.03, DEFAULT_RULE))

    assert compute_detection(effect, sd, trials, 0.03, DEFAULT_RULE) == pytest.approx(0.9, abs=1e-6)


def test_more_trials_detect_less():
    detectable = [find_detectable(0.02, trials, 0.03, DEFAULT_RULE) for trials in (16, 24, 48)]

    assert detectable == sorted(detectable, reverse=True)


def test_fewer_trials_than_a_confirmation_has_at_least_count_as_so_many():
    eight, sixteen = (find_detectable(0.01, trials, 0.03, DEFAULT_RULE) for trials in (8, 16))

    assert eight == sixteen


def test_without_spread_what_matters_is_detectable():
    assert find_detectable(0.0, 16, 0.03, DEFAULT_RULE) == 0.03


def test_an_absurd_spread_has_a_number_all_the_same():
    assert find_detectable(500.0, 16, 0.03, DEFAULT_RULE) == math.inf


def test_so_many_trials_let_a_candidate_pass_that_is_no_worse():
    n = count_to_pass(0.036, 0.03, DEFAULT_RULE)
    drawn = np.random.default_rng(2).normal(0.0, 0.036, size=(20_000, n))
    bounds = drawn.mean(axis=1) + 2.4 * drawn.std(axis=1, ddof=1) / math.sqrt(n)

    # 2.4 is about what t with 19 degrees of freedom exceeds with 1.67 %: 2.30 is exact.
    assert n == 20
    assert np.mean(bounds < math.log(1.03)) == pytest.approx(0.89, abs=0.02)


def test_a_quiet_row_passes_with_its_screening_and_a_wild_one_never():
    assert count_to_pass(0.0055, 0.03, DEFAULT_RULE) == 8
    assert count_to_pass(5.0, 0.03, DEFAULT_RULE) is None
