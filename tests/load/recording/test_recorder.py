from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from hdrh.histogram import HdrHistogram
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bench.load.recording.cells import Line
from bench.load.recording.recorder import Recorder
from bench.load.recording.timeline import Timeline
from bench.model.slices import CensoredRequests, RequestSlice, ScheduleSlice, SliceLine

ORIGIN_S = 1000.0


class Clock:
    def __init__(self) -> None:
        self.now_s = ORIGIN_S

    def __call__(self) -> float:
        return self.now_s


class Scene:
    """A recorder whose window is the third and fourth second, and its clock."""

    def __init__(self, *, open_model: bool = False) -> None:
        self.clock = Clock()
        self.timeline = Timeline(ORIGIN_S)
        self.timeline.announce_window(ORIGIN_S + 2, ORIGIN_S + 4)
        twice = frozenset({"users", "bystander"} if open_model else {"bystander"})
        self.recorder = Recorder(3, self.timeline, timed_twice=twice, clock=self.clock)  # type: ignore[arg-type]

    def request(
        self, sent: float, ended: float, *, intended: float | None = None, outcome: str = "ok"
    ) -> None:
        ticket = None
        if intended is not None:
            ticket = self.recorder.schedule("users", ORIGIN_S + intended)
        self.clock.now_s = ORIGIN_S + sent
        request = self.recorder.begin("users", "GET /", ticket)
        self.recorder.end(request, outcome, ORIGIN_S + ended, 10)


def read(lines: Iterable[Line]) -> list[RequestSlice]:
    records = [TypeAdapter(SliceLine).validate_python(line) for line in lines]
    return [record for record in records if isinstance(record, RequestSlice)]


def read_schedule(lines: Iterable[Line]) -> list[ScheduleSlice]:
    records = [TypeAdapter(SliceLine).validate_python(line) for line in lines]
    return [record for record in records if isinstance(record, ScheduleSlice)]


def count(lines: Iterable[Line], field: str) -> Counter[tuple[int, str]]:
    totals: Counter[tuple[int, str]] = Counter()
    for record in read(lines):
        totals[record.slice, record.phase] += getattr(record, field)
    return +totals


def test_a_request_belongs_to_the_second_and_phase_of_its_send() -> None:
    scene = Scene()
    scene.request(1.9, 2.5)
    scene.request(2.1, 5.5)
    scene.request(4.0, 4.1)
    assert count(scene.recorder.flush(), "requests") == {
        (1, "warm-up"): 1,
        (2, "window"): 1,
        (4, "drain"): 1,
    }


def test_a_completion_counts_where_it_ended_whenever_it_was_sent() -> None:
    scene = Scene()
    scene.request(1.9, 2.5)
    scene.request(2.1, 5.5)
    assert count(scene.recorder.flush(), "completed") == {(2, "window"): 1, (5, "drain"): 1}


def test_in_the_open_model_the_intended_send_decides_and_the_clock_starts_there() -> None:
    scene = Scene(open_model=True)
    scene.request(2.5, 2.6, intended=1.5)
    (line,) = [line for line in read(scene.recorder.flush()) if line.requests]
    assert (line.slice, line.phase) == (1, "warm-up")
    response = HdrHistogram.decode(line.response_us)
    service = HdrHistogram.decode(line.service_us)
    assert response.get_max_value() in range(1_100_000, 1_101_100)
    assert service.get_max_value() in range(100_000, 100_200)


def test_in_the_closed_model_there_is_no_service_time() -> None:
    scene = Scene()
    scene.request(2.5, 2.6)
    assert all(line.service_us is None for line in read(scene.recorder.flush()))


def test_only_sends_more_than_10_ms_late_are_late() -> None:
    scene = Scene(open_model=True)
    scene.request(2.509, 2.6, intended=2.5)
    scene.request(3.011, 3.1, intended=3.0)
    lines = read_schedule(scene.recorder.flush())
    assert {line.slice: line.late for line in lines} == {2: 0, 3: 1}
    assert sum(line.scheduled for line in lines) == 2


def test_a_dropped_request_is_counted_and_no_longer_outstanding() -> None:
    scene = Scene(open_model=True)
    ticket = scene.recorder.schedule("users", ORIGIN_S + 2.5)
    assert [one.name for one in scene.recorder.outstanding()] == ["(not sent)"]
    scene.recorder.drop(ticket)
    assert scene.recorder.outstanding() == []
    (line,) = read_schedule(scene.recorder.flush())
    assert (line.scheduled, line.dropped, line.late) == (1, 1, 0)


def test_what_is_open_at_the_deadline_is_censored_once_and_its_end_counts_no_more() -> None:
    scene = Scene()
    scene.clock.now_s = ORIGIN_S + 2.5
    request = scene.recorder.begin("users", "GET /never")
    scene.clock.now_s = ORIGIN_S + 4.5
    later = scene.recorder.begin("users", "GET /later")
    (line,) = scene.recorder.censor(ORIGIN_S + 10)
    record = CensoredRequests.model_validate(line)
    assert (record.name, record.count) == ("GET /never", 1)
    assert HdrHistogram.decode(record.age_us).get_max_value() in range(7_500_000, 7_508_000)
    scene.recorder.end(request, "ok", ORIGIN_S + 11, 1)
    scene.recorder.end(later, "ok", ORIGIN_S + 11, 1)
    assert [line.name for line in read(scene.recorder.flush()) if line.requests] == ["GET /later"]
    assert scene.recorder.censor(ORIGIN_S + 12) == []


def test_tasks_that_began_before_the_window_closed_are_outstanding() -> None:
    scene = Scene()
    scene.clock.now_s = ORIGIN_S + 3.9
    scene.recorder.begin_task("early")
    scene.clock.now_s = ORIGIN_S + 4.1
    scene.recorder.begin_task("late")
    assert [one.name for one in scene.recorder.outstanding()] == ["(task)"]
    scene.recorder.end_task("early")
    assert scene.recorder.outstanding() == []


moments = st.floats(0, 20)


@given(
    st.lists(st.tuples(moments, moments, st.sampled_from(["ok", "timeout"])), max_size=30),
    st.sets(st.integers(0, 29)),
)
def test_however_often_it_is_flushed_the_sums_are_the_same(
    requests: list[tuple[float, float, str]], flush_after: set[int]
) -> None:
    often, once = Scene(), Scene()
    parts: list[Line] = []
    for number, (sent, took, outcome) in enumerate(requests):
        often.request(sent, sent + took, outcome=outcome)
        once.request(sent, sent + took, outcome=outcome)
        if number in flush_after:
            parts += often.recorder.flush()
    parts += often.recorder.flush()
    whole = once.recorder.flush()
    for field in ("requests", "completed", "bytes_received"):
        assert count(parts, field) == count(whole, field)
    assert sum(count(parts, "requests").values()) == len(requests)
    assert sum(count(parts, "completed").values()) == len(requests)


def test_histograms_agree_with_the_sorted_list() -> None:
    scene = Scene()
    responses_s = [0.0001 * 1.07**number for number in range(100)]
    for response_s in responses_s:
        scene.request(2.0, 2.0 + response_s)
    merged = HdrHistogram(1, 3_600_000_000, 3)
    for line in read(scene.recorder.flush()):
        if line.response_us:
            merged.decode_and_add(line.response_us)
    for percent in (50, 95, 99, 100):
        exact_us = responses_s[percent - 1] * 1e6
        assert abs(merged.get_value_at_percentile(percent) - exact_us) <= exact_us * 0.001 + 1


def test_progress_counts_users_from_the_start_and_the_rest_since_the_last_one() -> None:
    scene = Scene()
    scene.request(0.1, 0.3)
    scene.request(0.1, 0.4, outcome="http-500")
    bystander = scene.recorder.begin("bystander", "GET /ping")
    scene.recorder.end(bystander, "ok", ORIGIN_S + 0.4, 1)
    first = scene.recorder.progress(ORIGIN_S + 0.5)
    assert (first["completed"], first["errors"], first["throughput_per_s"]) == (2, 1, 2.0)
    second = scene.recorder.progress(ORIGIN_S + 1.0)
    assert (second["completed"], second["errors"], second["throughput_per_s"]) == (2, 0, 0.0)
    assert second["p99_s"] is None
