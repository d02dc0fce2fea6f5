from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from bench.load.http.endpoint import Endpoint
from bench.load.recording.recorder import Recorder
from bench.load.recording.timeline import Timeline
from bench.load.streams.book import StepBook
from bench.load.streams.events import Event
from bench.load.streams.plan import StreamPlan
from bench.load.streams.reception import Reception
from bench.load.streams.terms import StreamTerms

HOST = "http://127.0.0.1:8000"


class Scene:
    """A stream that began to be opened at 100 s, and what was recorded of it."""

    def __init__(self, **fields: object) -> None:
        self.timeline = Timeline(100.0)
        self.recorder = Recorder(0, self.timeline)
        plan = StreamPlan.read({"protocol": "websocket", "path": "/", "name": "s", **fields})
        endpoint = Endpoint.at(HOST, connections="keep-alive", timeout_s=5.0)
        self.terms = StreamTerms(plan, HOST, endpoint)
        self.reception = Reception(self.terms, StepBook(self.recorder, "s"), 100.0)

    def take(self, received_s: float, data: object) -> None:
        text = data if isinstance(data, str) else json.dumps(data)
        self.reception.take(Event(text), received_s)

    def failures(self) -> list[tuple[str, int]]:
        return [
            (str(line["text"]), int(str(line["count"])))
            for line in self.recorder.flush()
            if line["type"] == "failure"
        ]

    def summed(self, field: str) -> int:
        return sum(int(str(line[field])) for line in self.recorder.streams.flush(101.0))


def test_events_are_counted_and_not_read_where_nothing_is_asked_of_them() -> None:
    scene = Scene()
    for moment in range(5):
        scene.take(100.1 + moment / 10, "no JSON")
    assert scene.failures() == []
    assert scene.summed("events") == 5


def test_numbers_that_were_passed_over_are_lost() -> None:
    scene = Scene(sequence="$.n")
    for number in (1, 2, 5):
        scene.take(100.5, {"n": number})
    assert scene.summed("lost") == 2


def test_greetings_and_heartbeats_need_no_number() -> None:
    scene = Scene(sequence="$.n")
    for data in ("hello", {"type": "welcome"}, {"n": 1}, *["heartbeat"] * 9, {"n": 2}):
        scene.take(100.5, data)
    assert scene.failures() == []
    assert scene.summed("lost") == 0


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("hello", "the event is no JSON"),
        ({"m": 1}, "the event has no $.n"),
        ([1], "the event has no $.n"),
        ({"n": "1"}, "the event's $.n is no whole number"),
        ({"n": True}, "the event's $.n is no whole number"),
        ({"n": 1.0}, "the event's $.n is no whole number"),
    ],
)
def test_where_no_event_can_be_read_each_after_the_second_is_a_failure(
    data: object, said: str
) -> None:
    scene = Scene(sequence="$.n")
    for _ in range(6):
        scene.take(100.5, data)
    assert scene.failures() == [(said, 4)]
    assert scene.summed("events") == 6


@pytest.mark.parametrize(
    ("stamp", "said"),
    [
        (None, "is no time in seconds"),
        (float("nan"), "is no time in seconds"),
        (200.0, "99.5 s ahead of the monotonic clock"),
        (-4000.0, "4100.5 s behind the monotonic clock"),
    ],
)
def test_a_stamp_that_cannot_be_of_the_clock_is_a_failure(stamp: float | None, said: str) -> None:
    scene = Scene(stamp="$.t")
    for _ in range(3):
        scene.take(100.5, {"t": stamp})
    ((text, count),) = scene.failures()
    assert said in text
    assert count == 1


@pytest.mark.parametrize(("clock", "now"), [("monotonic", time.perf_counter), ("wall", time.time)])
def test_the_delay_is_told_by_the_clock_of_the_stamp(clock: str, now: Callable[[], float]) -> None:
    scene = Scene(stamp="$.t", clock=clock)
    stamp_s, received_s = now(), time.perf_counter()
    assert scene.terms.delay_of(stamp_s - 0.25, received_s) == pytest.approx(0.25, abs=0.05)


def test_a_target_that_speaks_tls_is_refused() -> None:
    scene = Scene()
    with pytest.raises(ValueError, match="they speak no TLS"):
        StreamTerms(scene.terms.plan, "https://127.0.0.1:8000", scene.terms.endpoint)


def test_an_event_stream_is_asked_for_with_the_given_headers_in_place_of_ours() -> None:
    fields = {"protocol": "sse", "path": "/é?a=b#c", "headers": {"accept": "*/*", "X-Y": "z"}}
    plan = StreamPlan.read(fields)
    hello = StreamTerms(plan, HOST, Scene().terms.endpoint).start_talk("7").hello().decode()
    assert hello.startswith("GET /%C3%A9?a=b HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n")
    assert "accept: */*\r\n" in hello
    assert "text/event-stream" not in hello
    assert hello.endswith("X-Y: z\r\nLast-Event-ID: 7\r\n\r\n")


def test_the_limits_of_opening_are_those_of_the_experiment() -> None:
    plan = Scene().terms.plan
    limits = {"connect_timeout_s": 1.0, "first_byte_timeout_s": 2.0}
    bounded = Endpoint.at(HOST, connections="keep-alive", timeout_s=5.0, **limits)
    terms = StreamTerms(plan, HOST, bounded)
    assert terms.connect_limit_s == 1.0
    assert terms.answer_limit_s(0.5) == 2.0
    assert terms.answer_limit_s(4.0) == 1.0
    assert "not answered in 2 s" in str(terms.overdue_answer(2.5))
    assert "not open after 5 s" in str(terms.overdue_answer(5.0))
    unbounded = Scene().terms
    assert (unbounded.connect_limit_s, unbounded.answer_limit_s(1.0)) == (5.0, 4.0)
    assert "not open after 5 s" in str(unbounded.overdue_answer(4.9))
