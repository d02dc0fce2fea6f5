"""The probe of a stream: how a target answers the handshake, and nothing of what follows."""

from __future__ import annotations

from time import perf_counter
from typing import Final

from gevent.event import AsyncResult, Event

from bench.load.recording.recorder import Ticket
from bench.load.recording.streams import StreamTally
from bench.load.streams.book import Handshake
from bench.load.streams.stream import Stream
from bench.load.streams.terms import StreamTerms

_UNLIKE_EACH_TIME: Final = frozenset({"date", "sec-websocket-accept"})

_CLOSE_S: Final = 2.0
"""A server that never answers a close was asked, at least."""


def probe_stream(terms: StreamTerms) -> dict[str, object]:
    """Open a stream, close it, and return the answer to its handshake as the protocol has it."""
    book = _ProbeBook()
    over = Event()
    stream = Stream(terms, book, on_over=over.set, stays=False)
    stream.open()
    try:
        handshake: Handshake = book.handshake.get()
        if handshake.fault is None and not stream.leave():
            over.wait(_CLOSE_S)
    finally:
        stream.abort()
    return {
        "method": "GET",
        "path": terms.plan.path,
        "name": terms.plan.name,
        "status": handshake.status or None,
        "headers": [
            (name, value)
            for name, value in handshake.headers
            if name.lower() not in _UNLIKE_EACH_TIME
        ],
        "body_base64": "",
        "error": None if handshake.fault is None else str(handshake.fault),
        "service_s": handshake.ended_s - handshake.sent_s,
        "group": "users",
    }


class _Sent:
    """What stands for the request."""

    __slots__ = ("sent_s",)

    def __init__(self) -> None:
        self.sent_s = perf_counter()


class _ProbeBook:
    """Keep how the handshake ended."""

    def __init__(self) -> None:
        self.tally = StreamTally()
        self.handshake: AsyncResult[Handshake] = AsyncResult()

    def begin(self, _: Ticket | None) -> _Sent:
        return _Sent()

    def end(self, _: _Sent, handshake: Handshake) -> None:
        self.handshake.set(handshake)

    def fail(self, _: Exception) -> None:
        """Ignore it."""

    def reconnecting(self) -> None:
        """Ignore it."""
