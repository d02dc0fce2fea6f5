from __future__ import annotations

import math
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from bench.analysis.ranks import is_reached_by_censored, nearest_rank


@given(st.integers(0, 1000), st.integers(1, 10_000))
def test_a_rank_is_the_exact_ceiling_whatever_floating_point_says(thousandths, n):
    exact = max(1, math.ceil(Fraction(thousandths, 1000) * n))

    assert nearest_rank(thousandths / 1000, n) == exact


def test_nothing_is_reached_where_nothing_was_censored():
    assert not is_reached_by_censored(1.0, 10, 0)


def test_every_quantile_is_reached_where_all_were_censored():
    assert is_reached_by_censored(0.5, 0, 1)
