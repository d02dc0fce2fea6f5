from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.load.distributed.clocks import Clock, Ping, doubt_clocks, estimate_clock

ways = st.floats(0.00001, 0.5)


@given(offset_s=st.floats(-1e5, 1e5), trips=st.lists(st.tuples(ways, ways), min_size=1))
def test_the_true_offset_lies_within_the_error_however_uneven_the_ways(
    offset_s: float, trips: list[tuple[float, float]]
) -> None:
    pings = [
        Ping(50.0, 50.0 + there_s - offset_s, 50.0 + there_s + back_s) for there_s, back_s in trips
    ]
    clock = estimate_clock(pings)
    assert abs(clock.offset_s - offset_s) <= clock.error_s + 1e-9
    assert clock.error_s == pytest.approx(min(map(sum, trips)) / 2)


def test_a_moment_goes_to_the_worker_and_back() -> None:
    clock = Clock(offset_s=-12.5, error_s=0.0)
    assert clock.to_worker(100.0) == 112.5
    assert clock.to_master(112.5) == 100.0


def test_clocks_that_stay_together_raise_no_doubt() -> None:
    assert doubt_clocks(Clock(7.0, 0.001), Clock(7.004, 0.001)) == ""


def test_a_clock_that_moved_during_the_step_is_doubted() -> None:
    assert "moved by 6.0 ms" in doubt_clocks(Clock(7.0, 0.001), Clock(7.006, 0.001))


def test_a_clock_that_is_not_known_well_is_doubted() -> None:
    assert "only to within 8.0 ms" in doubt_clocks(Clock(7.0, 0.001), Clock(7.0, 0.008))
