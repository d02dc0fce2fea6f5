from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bench.load.recording.timeline import Cell, Timeline


def test_until_a_window_is_announced_all_is_warm_up() -> None:
    timeline = Timeline(10.0)
    assert timeline.cell(99.5) == Cell(89, "warm-up")
    assert not timeline.has_window


def test_the_window_begins_at_its_opening_and_ends_before_its_close() -> None:
    timeline = Timeline(10.0)
    timeline.announce_window(12.0, 14.0)
    phases = [timeline.cell(moment).phase for moment in (11.999, 12.0, 13.999, 14.0)]
    assert phases == ["warm-up", "window", "window", "drain"]
    assert [timeline.holds(moment) for moment in (11.999, 12.0, 13.999, 14.0)] == [
        phase == "window" for phase in phases
    ]


def test_a_cell_ends_at_the_second_or_at_an_edge_of_the_window() -> None:
    timeline = Timeline(10.0)
    timeline.announce_window(12.25, 13.0)
    assert timeline.next_edge_s(11.5) == 12.0
    assert timeline.next_edge_s(12.0) == 12.25
    assert timeline.next_edge_s(12.25) == 13.0
    assert timeline.next_edge_s(13.0) == 14.0


@given(st.lists(st.floats(0, 1000), min_size=1))
def test_many_moments_at_once_get_the_cells_that_each_would_get(moments: list[float]) -> None:
    timeline = Timeline(3.5)
    timeline.announce_window(100.25, 200.75)
    codes = timeline.codes(np.array(moments))
    assert [Timeline.decode(int(code)) for code in codes] == [timeline.cell(m) for m in moments]
