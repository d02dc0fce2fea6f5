from __future__ import annotations

from math import nan

import pytest
from hdrh.histogram import HdrHistogram
from pydantic import TypeAdapter

from bench.load.recording.recorder import Line
from bench.load.recording.streams import StreamRecorder, pack_event
from bench.load.recording.timeline import Timeline
from bench.model.slices import SliceLine, StreamSlice

ORIGIN_S = 1000.0


class Scene:
    """Streams of a step whose window is the third and fourth second."""

    def __init__(self) -> None:
        timeline = Timeline(ORIGIN_S)
        timeline.announce_window(ORIGIN_S + 2, ORIGIN_S + 4)
        self.recorder = StreamRecorder(3, timeline)
        self.tally = self.recorder.tally("feed")

    def event(self, received: float, gap_s: float = nan, delay_s: float = nan) -> None:
        self.tally.rows += pack_event(ORIGIN_S + received, gap_s, delay_s)

    def flush(self, now: float) -> dict[tuple[int, str, str], StreamSlice]:
        return {
            (one.slice, one.phase, one.name): one
            for one in read(self.recorder.flush(ORIGIN_S + now))
        }


def read(lines: list[Line]) -> list[StreamSlice]:
    records = [TypeAdapter(SliceLine).validate_python(line) for line in lines]
    assert all(isinstance(record, StreamSlice) for record in records)
    return records  # type: ignore[return-value]


def values_us(encoded: str | None) -> list[int]:
    if encoded is None:
        return []
    histogram = HdrHistogram.decode(encoded)
    items = histogram.get_recorded_iterator()
    return [
        item.value_iterated_to for item in items for _ in range(item.count_at_value_iterated_to)
    ]


def test_an_event_belongs_to_the_second_and_phase_of_its_receipt() -> None:
    scene = Scene()
    for received in (1.9, 2.0, 2.5, 3.999, 4.0):
        scene.event(received)
    lines = scene.flush(5)
    counts = {key[:2]: line.events for key, line in lines.items() if line.events}
    assert counts == {(1, "warm-up"): 1, (2, "window"): 2, (3, "window"): 1, (4, "drain"): 1}
    assert {line.step for line in lines.values()} == {3}


def test_times_are_kept_where_they_are_known() -> None:
    scene = Scene()
    scene.tally.first(ORIGIN_S + 2.1, 0.25)
    scene.event(2.1, delay_s=0.001)
    scene.event(2.3, gap_s=0.2)
    line = scene.flush(3)[2, "window", "feed"]
    assert values_us(line.first_event_us) == [pytest.approx(250_000, rel=0.002)]
    assert values_us(line.delivery_us) == [1000]
    assert values_us(line.gap_us) == [pytest.approx(200_000, rel=0.002)]


def test_no_time_is_no_histogram() -> None:
    scene = Scene()
    scene.event(2.1)
    line = scene.flush(3)[2, "window", "feed"]
    assert (line.first_event_us, line.gap_us, line.delivery_us) == (None, None, None)


def test_what_was_lost_and_has_come_since_is_taken_back_in_its_own_second() -> None:
    scene = Scene()
    scene.tally.lose(ORIGIN_S + 2.5, 3)
    assert scene.flush(3)[2, "window", "feed"].lost == 3
    scene.tally.lose(ORIGIN_S + 2.5, -1)
    scene.tally.reorder(ORIGIN_S + 3.5)
    scene.tally.duplicate(ORIGIN_S + 3.5)
    lines = scene.flush(4)
    assert lines[2, "window", "feed"].lost == -1
    assert (lines[3, "window", "feed"].reordered, lines[3, "window", "feed"].duplicated) == (1, 1)


def test_open_streams_are_told_once_for_each_second_at_its_end() -> None:
    scene = Scene()
    other = scene.recorder.tally("other")
    scene.tally.open = 5
    other.open = 2
    first = scene.flush(1)
    assert (first[0, "warm-up", "feed"].open, first[0, "warm-up", "other"].open) == (5, 2)
    scene.event(0.9)  # comes to the file a second late: its line must not count them again
    scene.tally.open = 4
    second = scene.flush(2)
    assert second[0, "warm-up", "feed"].open == 0
    assert second[1, "warm-up", "feed"].open == 4


def test_binning_before_the_flush_changes_nothing() -> None:
    early, late = Scene(), Scene()
    for scene in (early, late):
        for received in (2.1, 2.2):
            scene.event(received, gap_s=0.1)
            if scene is early:
                scene.recorder.bin()
    assert early.flush(3) == late.flush(3)


def test_what_was_flushed_is_not_told_again() -> None:
    scene = Scene()
    scene.event(2.1)
    scene.flush(3)
    assert sum(line.events for line in scene.flush(4).values()) == 0


def test_the_open_streams_of_all_names_are_added_up() -> None:
    scene = Scene()
    scene.tally.open = 3
    scene.recorder.tally("prices").open = 2
    assert scene.recorder.open == 5


def test_where_nobody_holds_streams_there_is_no_number_of_them() -> None:
    assert StreamRecorder(3, Timeline(ORIGIN_S)).open is None
