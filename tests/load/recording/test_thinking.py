from __future__ import annotations

import pytest

from bench.load.recording.thinking import ThinkMeter


def test_thinking_that_still_goes_on_counts_up_to_now() -> None:
    now = [0.0]
    meter = ThinkMeter(clock=lambda: now[0])
    with meter.running():
        now[0] = 2.0
        with meter.running():
            assert meter.total_s(3.0) == pytest.approx(4.0)
            now[0] = 5.0
    assert meter.total_s(100.0) == pytest.approx(5.0 + 3.0)
