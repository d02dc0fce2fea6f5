from __future__ import annotations

import pytest

from bench.load.http.outcomes import BadResponseError
from bench.load.streams.events import Event
from bench.load.streams.faults import HandshakeRefused, StreamClosed, outcome_of_fault
from bench.load.streams.sse_talk import SseTalk

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def start(last_event_id: str = "") -> SseTalk:
    return SseTalk(b"GET /events HTTP/1.1\r\nHost: h\r\n", last_event_id)


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def test_the_request_says_where_to_take_the_stream_up_again() -> None:
    assert start().hello() == b"GET /events HTTP/1.1\r\nHost: h\r\n\r\n"
    assert b"\r\nLast-Event-ID: 7\r\n\r\n" in start("7").hello()


@pytest.mark.parametrize("head", [HEAD + b"\r\n", CHUNKED])
def test_a_stream_is_open_with_the_head_of_its_answer(head: bytes) -> None:
    talk = start()
    assert talk.feed(head[:20]) == []
    assert not talk.is_open
    assert talk.feed(head[20:]) == []
    assert talk.is_open
    assert talk.status == 200


def test_events_come_until_the_connection_closes() -> None:
    talk = start()
    assert talk.feed(HEAD + b"\r\ndata: a\n\nda") == [Event("a")]
    assert talk.feed(b"ta: b\n\n") == [Event("b")]
    talk.end()
    assert isinstance(talk.fault, StreamClosed)


def test_events_come_in_chunks_until_the_last_one() -> None:
    talk = start()
    stream = CHUNKED + chunk(b"data: a\n\nda") + chunk(b"ta: b\n\n") + b"0\r\n\r\n"
    events = [event for byte in stream for event in talk.feed(bytes([byte]))]
    assert events == [Event("a"), Event("b")]
    assert isinstance(talk.fault, StreamClosed)
    assert "ended the stream" in str(talk.fault)


def test_what_the_server_says_of_reconnecting_is_kept() -> None:
    talk = start()
    talk.feed(HEAD + b"\r\nretry: 250\nid: x\n\n")
    assert (talk.retry_s, talk.last_event_id) == (0.25, "x")


def test_an_early_hint_is_no_answer() -> None:
    talk = start()
    talk.feed(b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" + HEAD + b"\r\n")
    assert talk.is_open
    assert [name for name, _ in talk.headers] == ["Content-Type"]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n", "http-503"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", "http-204"),
        (b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<p>", "bad-response"),
        (b"HTTP/1.1 200 OK\r\n\r\n", "bad-response"),
        (HEAD + b"content-encoding: gzip\r\n\r\n", "bad-response"),
        (b"nonsense\r\n\r\n", "bad-response"),
        (HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\n", "bad-response"),
    ],
)
def test_an_answer_that_is_no_event_stream_is_a_fault(answer: bytes, outcome: str) -> None:
    talk = start()
    assert talk.feed(answer) == []
    assert talk.fault is not None
    assert outcome_of_fault(talk.fault) == outcome


def test_a_refusal_keeps_its_status_when_the_connection_closes() -> None:
    talk = start()
    talk.feed(b"HTTP/1.1 500 Oops\r\n\r\nwhy")
    talk.end()
    assert isinstance(talk.fault, HandshakeRefused)
    assert talk.status == 500


def test_a_connection_that_is_closed_without_an_answer_was_reset() -> None:
    talk = start()
    talk.end()
    assert talk.fault is not None
    assert outcome_of_fault(talk.fault) == "connection-reset"


def test_there_is_nothing_to_say_to_a_server_of_events() -> None:
    talk = start()
    assert (talk.message("x"), talk.take_reply(), talk.goodbye()) == (b"", b"", b"")


def test_an_event_without_end_is_a_bad_response() -> None:
    talk = start()
    assert talk.feed(HEAD + b"\r\ndata: a\n\n") == [Event("a")]
    talk.feed(b"data: " + b"x" * 17_000_000)
    assert isinstance(talk.fault, BadResponseError)
