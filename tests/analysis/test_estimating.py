from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.analysis.estimating import compute_sign_flip_p, estimate_ratio

# The differences in height of Darwin's fifteen pairs of maize plants, in eighths of an inch.
DARWIN = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]

LOG_RATIOS = st.lists(st.floats(-3, 3, allow_subnormal=False), min_size=2, max_size=30)


@given(LOG_RATIOS.filter(lambda values: np.std(values) > 1e-6), st.sampled_from([0.9, 0.95, 0.99]))
def test_the_interval_is_that_of_scipys_one_sample_test(values, level):
    theirs = stats.ttest_1samp(values, 0).confidence_interval(level)

    ours = estimate_ratio(values, level)

    assert math.log(ours.ratio) == pytest.approx(np.mean(values), abs=1e-9)
    assert math.log(ours.low) == pytest.approx(theirs.low, rel=1e-9, abs=1e-9)
    if ours.high < math.inf:
        assert math.log(ours.high) == pytest.approx(theirs.high, rel=1e-9, abs=1e-9)


def test_equal_log_ratios_have_an_interval_without_width():
    estimate = estimate_ratio([math.log(2)] * 3, 0.95)

    assert tuple(estimate) == pytest.approx((2, 2, 2))


def test_a_wild_pair_has_an_upper_bound_of_infinity():
    estimate = estimate_ratio([0.0, 600.0], 0.99)

    assert (estimate.low, estimate.high) == (0.0, math.inf)


@pytest.mark.parametrize("values", [[], [0.1]])
def test_fewer_than_two_pairs_have_no_interval(values):
    with pytest.raises(ValueError, match="two pairs"):
        estimate_ratio(values, 0.95)


def test_fishers_own_example_gives_his_count():
    # Fisher found 863 of the 32,768 patterns at least as far to one side.
    assert compute_sign_flip_p(DARWIN) == 2 * 863 / 2**15


@given(st.lists(st.integers(-9, 9).map(lambda tenths: tenths / 10), min_size=1, max_size=9))
def test_the_sign_flip_test_agrees_with_trying_all_patterns(values):
    seen = abs(sum(values))
    sums = [
        abs(sum(sign * value for sign, value in zip(signs, values, strict=True)))
        for signs in product((-1, 1), repeat=len(values))
    ]
    extreme = sum(total >= seen - 1e-9 for total in sums)

    assert compute_sign_flip_p(values) == pytest.approx(extreme / len(sums))


def test_the_sign_flip_test_agrees_with_scipys_exact_permutation_test():
    values = np.random.default_rng(3).normal(0.4, 1, 10)
    theirs = stats.permutation_test(
        (values,), np.sum, permutation_type="samples", n_resamples=np.inf
    )

    assert compute_sign_flip_p(list(values)) == pytest.approx(theirs.pvalue)


@pytest.mark.parametrize("n", [1, 5, 8, 20])
def test_equal_pairs_have_the_smallest_p_that_there_is(n):
    assert compute_sign_flip_p([0.1] * n) == 2 / 2**n


def test_no_difference_at_all_has_a_p_of_one():
    assert compute_sign_flip_p([0.0, 0.0, 0.0]) == 1.0


@pytest.mark.parametrize("n", [0, 41])
def test_the_sign_flip_test_refuses_what_it_cannot_count(n):
    with pytest.raises(ValueError, match=f"not {n}"):
        compute_sign_flip_p([0.1] * n)
