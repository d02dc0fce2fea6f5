from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.analysis.gating.one_sided import (
    bound_above,
    bound_below,
    critical_t,
    is_above,
    is_below,
    take_moments,
)

NUMBERS = st.lists(st.floats(-3, 3), min_size=2, max_size=30).filter(lambda x: np.std(x) > 1e-6)
LEVELS = st.sampled_from([0.01, 0.05 / 3, 0.05])

# Student's own example (1908, section IX): additional hours of sleep gained by the use of
# laevohyoscyamine instead of dextrohyoscyamine, in ten patients. Mean 1.58, t 4.06.
SLEEP = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]


def test_students_sleep_data_have_the_mean_and_t_that_are_known_of_them():
    seen = take_moments(SLEEP)

    assert seen.mean == pytest.approx(1.58)
    assert seen.mean / seen.standard_error == pytest.approx(4.062, abs=5e-4)


def test_students_sleep_data_are_above_zero_with_the_p_that_is_known_of_them():
    # Two-sided p = 0.002833, as every textbook has it.
    assert is_above(take_moments(SLEEP), 0.0, 0.00142)
    assert not is_above(take_moments(SLEEP), 0.0, 0.00141)


@given(NUMBERS, st.floats(-1, 1), LEVELS)
def test_the_test_says_what_scipys_says(numbers, bar, p):
    theirs = stats.ttest_1samp(numbers, bar, alternative="greater").pvalue
    if theirs == pytest.approx(p, rel=1e-9):
        return

    assert is_above(take_moments(numbers), bar, p) == (theirs < p)


@given(NUMBERS, st.floats(-1, 1), LEVELS)
def test_a_mean_is_below_a_bar_where_its_upper_bound_is(numbers, bar, p):
    seen = take_moments(numbers)
    if bound_above(seen, p) == pytest.approx(bar, rel=1e-9):
        return

    assert is_below(seen, bar, p) == (bound_above(seen, p) < bar)


@given(NUMBERS, LEVELS)
def test_the_bounds_are_those_of_scipys_interval(numbers, p):
    theirs = stats.ttest_1samp(numbers, 0).confidence_interval(1 - 2 * p)

    seen = take_moments(numbers)

    assert bound_above(seen, p) == pytest.approx(theirs.high, rel=1e-7, abs=1e-9)
    assert bound_below(seen, p) == pytest.approx(theirs.low, rel=1e-7, abs=1e-9)


def test_critical_values_are_those_of_the_tables():
    assert critical_t(0.05, 7) == pytest.approx(1.895, abs=5e-4)
    assert critical_t(0.01, 7) == pytest.approx(2.998, abs=5e-4)


def test_without_spread_the_sign_flip_test_takes_the_place_of_t():
    eight, six = take_moments([0.1] * 8), take_moments([0.1] * 6)

    assert eight.sd == 0
    assert is_above(eight, 0.0, 0.01)  # 2^-8 is 0.0039
    assert not is_above(six, 0.0, 0.01)  # 2^-6 is 0.0156
    assert is_below(eight, 0.2, 0.01)
    assert not is_above(eight, 0.1, 0.01)


def test_a_spread_of_rounding_alone_is_none():
    assert take_moments([0.1 + 0.2, 0.3, 0.3]).sd == 0
