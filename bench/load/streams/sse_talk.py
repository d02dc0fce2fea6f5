"""Server-sent events over HTTP/1.1: httptools finds the body, in chunks or until the end."""

from __future__ import annotations

from typing import Final

import httptools

from bench.load.http.outcomes import BadResponseError
from bench.load.streams.event_stream import EventStreamParser
from bench.load.streams.events import Event
from bench.load.streams.faults import HandshakeRefused, StreamClosed, cut_off

_OK: Final = 200
_FIRST_FINAL_STATUS: Final = 200


class SseTalk:
    """One connection, on which one event stream is asked for.

    Args:
        request: its bytes, but for the last event ID and the empty line at its end.
    """

    __slots__ = (
        "_events",
        "_parser",
        "_request",
        "_stream",
        "fault",
        "headers",
        "is_open",
        "status",
    )

    def __init__(self, request: bytes, last_event_id: str) -> None:
        self._request = request
        self._parser = httptools.HttpResponseParser(self)
        self._stream = EventStreamParser(last_event_id)
        self._events: list[Event] = []
        self.is_open = False
        self.fault: Exception | None = None
        self.status = 0
        self.headers: list[tuple[str, str]] = []

    @property
    def retry_s(self) -> float | None:
        """How long the server wants its clients to wait before they reconnect."""
        return self._stream.retry_s

    @property
    def last_event_id(self) -> str:
        """Where the stream would be taken up again."""
        return self._stream.last_event_id

    def hello(self) -> bytes:
        """Return the request."""
        if not self.last_event_id:
            return self._request + b"\r\n"
        return self._request + b"Last-Event-ID: " + self.last_event_id.encode() + b"\r\n\r\n"

    def feed(self, data: bytes) -> list[Event]:
        """Return the events that end in what came."""
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if self.fault is None:
                self.fault = BadResponseError(str(error) or type(error).__name__)
        if not self._events:
            return self._events
        events, self._events = self._events, []
        return events

    def end(self) -> None:
        """Take note that the server has closed the connection."""
        if self.fault is not None:
            return
        if self.is_open:
            self.fault = StreamClosed("the server closed the connection")
        else:
            self.fault = cut_off("the connection was closed without an answer")

    def take_reply(self) -> bytes:
        """Return nothing: the client has said all it has to say."""
        return b""

    def message(self, data: str | bytes) -> bytes:  # noqa: ARG002 - the interface is Talk's
        """Return nothing: there are no messages to a server of events."""
        return b""

    def goodbye(self) -> bytes:
        """Return nothing: closing the connection says so."""
        return b""

    # --- called by httptools ---

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header."""
        self.headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """Judge the answer."""
        status = self._parser.get_status_code()
        if status < _FIRST_FINAL_STATUS:
            self.headers = []
            return
        self.status = status
        if status != _OK:
            self.fault = HandshakeRefused(status)
        elif wrong := _wrong_in({name.lower(): value for name, value in self.headers}):
            self.fault = BadResponseError(wrong)
        else:
            self.is_open = True

    def on_body(self, data: bytes) -> None:
        """Parse a piece of the event stream."""
        if self.fault is None and self.is_open:
            try:
                self._events += self._stream.feed(data)
            except BadResponseError as error:
                self.fault = error

    def on_message_complete(self) -> None:
        """Take note that the server has ended the stream."""
        if self.is_open and self.fault is None:
            self.fault = StreamClosed("the server ended the stream")


def _wrong_in(headers: dict[str, str]) -> str:
    content_type = headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != "text/event-stream":
        return f"the content type is {content_type!r} instead of text/event-stream"
    encoding = headers.get("content-encoding", "identity").lower()
    return (
        "" if encoding == "identity" else f"the content encoding is {encoding}; none was asked for"
    )
