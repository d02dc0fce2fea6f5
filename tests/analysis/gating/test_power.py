from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from bench.analysis.gating.power import compute_power, count_trials


# What G*Power 3.1 has for one sample or pairs, one-sided.
@pytest.mark.parametrize(
    ("effect", "n", "p", "power"),
    [(0.5, 27, 0.05, 0.8118), (0.8, 12, 0.05, 0.8290), (1.0, 8, 0.05, 0.8153)],
)
def test_the_power_is_that_of_known_tables(effect, n, p, power):
    assert compute_power(effect, n, p) == pytest.approx(power, abs=2e-3)


def test_the_power_is_how_often_a_simulated_test_says_yes():
    drawn = np.random.default_rng(3).normal(0.9, 1.0, size=(20_000, 12))
    p = stats.ttest_1samp(drawn, 0.0, axis=1, alternative="greater").pvalue

    assert compute_power(0.9, 12, 0.01) == pytest.approx(np.mean(p < 0.01), abs=0.012)


def test_an_effect_far_beyond_the_noise_is_certain():
    assert compute_power(1e6, 8, 0.01) == 1.0


def test_the_power_has_no_step_where_certainty_begins():
    far = (3 * stats.t.isf(0.01, 7) + 12.0) / math.sqrt(8)

    assert compute_power(far * 0.999, 8, 0.01) > 1 - 1e-6


@pytest.mark.parametrize("ratio", [0.3, 0.5, 1.0, 2.0])
def test_the_count_is_the_smallest_that_has_the_power(ratio):
    n = count_trials(ratio, 1.0, p=0.01, power=0.95, at_least=2, at_most=500)

    assert n is not None
    assert compute_power(ratio, n, 0.01) >= 0.95
    assert compute_power(ratio, n - 1, 0.01) < 0.95


def test_a_count_stays_within_its_bounds():
    def count(sd):
        return count_trials(1.0, sd, p=0.01, power=0.95, at_least=8, at_most=20)

    assert count(0.01) == 8
    assert count(0.0) == 8
    assert count(3.0) is None
    assert count_trials(1.0, 0.0, p=0.01, power=0.95, at_least=8, at_most=7) is None
