"""The rules and examples are those of the WHATWG's HTML standard, "Server-sent events"."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.load.http.outcomes import BadResponseError
from bench.load.streams.event_stream import EventStreamParser
from bench.load.streams.events import Event


def parse(*pieces: bytes) -> list[Event]:
    parser = EventStreamParser()
    return [event for piece in pieces for event in parser.feed(piece)]


def data_of(*pieces: bytes) -> list[str | bytes]:
    return [event.data for event in parse(*pieces)]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_every_line_ending_ends_a_line(end: bytes) -> None:
    lines = [b"data: a", b"data: b", b"", b"event: c", b"data:d", b"", b""]
    assert parse(end.join(lines)) == [Event("a\nb"), Event("d", "c")]


def test_a_crlf_that_comes_in_two_pieces_is_one_line_ending() -> None:
    assert data_of(b"data: a\r", b"\ndata: b\r", b"\n\r", b"\n") == ["a\nb"]
    assert data_of(b"data: a\r", b"", b"\n\r\n") == ["a"]
    assert data_of(b"data: a\r", b"\rdata: b\n\n") == ["a", "b"]


def test_a_byte_order_mark_at_the_start_alone_is_skipped() -> None:
    mark = "\ufeff".encode()
    assert data_of(mark[:1], mark[1:] + b"data: a\n\n") == ["a"]
    assert data_of(b"data: a\n\n" + mark + b"data: b\n\n") == ["a"]


def test_one_space_after_the_colon_is_no_data() -> None:
    assert data_of(b"data:a\n\ndata: a\n\ndata:  a\n\n") == ["a", "a", " a"]


def test_data_without_a_value_is_an_empty_line_of_data() -> None:
    assert data_of(b"data\n\ndata\ndata\n\ndata:\n\n") == ["", "\n", ""]


def test_what_has_no_data_is_no_event() -> None:
    assert parse(b": heartbeat\n\nevent: x\n\nid: 3\n\ndata: a\n\n") == [Event("a", "message", "3")]


def test_an_event_that_is_cut_off_never_was() -> None:
    assert data_of(b"data: a\n\ndata: b\n") == ["a"]


def test_ids_stay_until_another_comes_and_none_has_a_null() -> None:
    events = parse(b"id: 1\ndata: a\n\ndata: b\n\nid: x\0y\ndata: c\n\nid\ndata: d\n\n")
    assert [event.id for event in events] == ["1", "1", "1", ""]


def test_a_delay_to_reconnect_is_digits_alone() -> None:
    parser = EventStreamParser()
    for line, delay_s in [(b"2500", 2.5), (b"soon", 2.5), (b"-1", 2.5), (b"", 2.5), (b"0", 0.0)]:
        parser.feed(b"retry: " + line + b"\n")
        assert parser.retry_s == delay_s


def test_fields_that_nobody_knows_are_ignored() -> None:
    assert data_of(b"Data: a\ndata : b\nfoo: c\ndata: d\n\n") == ["d"]


def test_what_is_not_utf_8_is_replaced() -> None:
    assert data_of(b"data: \xff\n\n") == ["\ufffd"]


def test_an_event_without_end_is_refused_and_long_ones_add_up_to_none() -> None:
    parser = EventStreamParser()
    long = b"data: " + b"x" * 9_000_000
    for _ in range(3):
        assert len(parser.feed(long + b"\n\n")) == 1
    parser.feed(long)
    with pytest.raises(BadResponseError, match="longer than 16777216 bytes"):
        parser.feed(b"x" * 9_000_000)


LINES = st.sampled_from(
    [b"data: a", b"data:b\xc3\xa9", b"event: e", b"id: 1", b": c", b"", b"", b"retry: 1", b"data"]
)
ENDS = st.sampled_from([b"\n", b"\r", b"\r\n"])


@given(st.lists(st.tuples(LINES, ENDS)), st.lists(st.integers(0, 200)))
def test_it_makes_no_difference_how_the_stream_is_cut(
    lines: list[tuple[bytes, bytes]], cuts: list[int]
) -> None:
    stream = b"".join(line + end for line, end in lines)
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    pieces = [stream[begin:end] for begin, end in pairwise(edges)]
    assert parse(*pieces) == parse(stream)
    assert parse(*(stream[index : index + 1] for index in range(len(stream)))) == parse(stream)
