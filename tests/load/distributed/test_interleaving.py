from __future__ import annotations

from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.load.pacing.schedule import schedule


@given(rate=st.floats(1, 10_000), workers=st.integers(1, 8), phase=st.floats(0, 0.999))
def test_even_shares_of_a_rate_are_together_one_even_schedule(
    rate: float, workers: int, phase: float
) -> None:
    shares = [
        islice(
            schedule(
                "even",
                origin_s=5.0,
                rate_per_s=rate / workers,
                seed=f"{index}",
                phase=(index + phase) / workers,
            ),
            100,
        )
        for index in range(workers)
    ]
    moments = sorted(moment for share in shares for moment in share)
    assert moments[0] == pytest.approx(5.0 + phase / rate)
    for before, after in pairwise(moments):
        assert after - before == pytest.approx(1 / rate, rel=1e-6, abs=1e-9)
