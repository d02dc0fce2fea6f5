from __future__ import annotations

from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.load.pacing.schedule import schedule

rates = st.floats(0.1, 100_000)
seeds = st.text(max_size=8)


@given(rate=rates, seed=seeds)
def test_even_sends_are_one_over_rate_apart_and_never_drift(rate: float, seed: str) -> None:
    moments = list(islice(schedule("even", origin_s=50.0, rate_per_s=rate, seed=seed), 1000))
    assert 50.0 <= moments[0] <= 50.0 + 1 / rate
    for number, moment in enumerate(moments):
        assert moment == pytest.approx(moments[0] + number / rate, rel=1e-12, abs=1e-9)


@given(rate=rates, seed=seeds, arrivals=st.sampled_from(["even", "poisson"]))
def test_a_schedule_rises_and_its_seed_decides_it(rate: float, seed: str, arrivals: str) -> None:
    def first(count: int, seed: str) -> list[float]:
        moments = schedule(arrivals, origin_s=7.0, rate_per_s=rate, seed=seed)  # type: ignore[arg-type]
        return list(islice(moments, count))

    moments = first(100, seed)
    assert moments == sorted(moments)
    assert moments[0] >= 7.0
    assert moments == first(100, seed)
    assert moments != first(100, seed + "!")


def test_poisson_gaps_have_the_mean_and_the_spread_of_an_exponential() -> None:
    moments = list(islice(schedule("poisson", origin_s=0.0, rate_per_s=40.0, seed="a"), 50_000))
    gaps = [after - before for before, after in pairwise(moments)]
    mean = sum(gaps) / len(gaps)
    deviation = (sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) ** 0.5
    assert mean == pytest.approx(1 / 40, rel=0.03)
    assert deviation == pytest.approx(mean, rel=0.03)
