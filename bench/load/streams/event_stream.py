"""The parser of server-sent events.

Source: WHATWG HTML, section 9.2.6, "Interpreting an event stream".
"""

from __future__ import annotations

from typing import Final

from bench.load.http.outcomes import BadResponseError
from bench.load.streams.events import Event

_BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}".encode()
_MOST_BYTES: Final = 16 * 1024 * 1024
"""Of one event; a server that never ends it would fill the memory."""

_MS_PER_S: Final = 1e3


class EventStreamParser:
    """Turn the bytes of an event stream into events, however they are cut."""

    __slots__ = (
        "_after_cr",
        "_at_start",
        "_data",
        "_kind",
        "_line",
        "_size",
        "last_event_id",
        "retry_s",
    )

    def __init__(self, last_event_id: str = "") -> None:
        self.last_event_id = last_event_id
        """What a client that reconnects tells the server."""
        self.retry_s: float | None = None
        """How long the server wants clients to wait before they reconnect."""
        self._at_start = True
        self._after_cr = False
        self._line = b""
        self._size = 0
        self._data: list[bytes] = []
        self._kind = b""

    def feed(self, data: bytes) -> list[Event]:
        """Return the events that end in what came.

        Raises:
            BadResponseError: an event is too long to be one.
        """
        self._size += len(data)
        if self._size > _MOST_BYTES:
            raise BadResponseError(f"an event is longer than {_MOST_BYTES} bytes")
        events: list[Event] = []
        lines = self._split(data)
        for line in lines:
            if line:
                self._take_line(line)
            elif self._data:
                events.append(self._dispatch())
            else:
                self._kind = b""
        if events:
            self._size = len(self._line)
        return events

    def _split(self, data: bytes) -> list[bytes]:
        """Return the lines that end in what came; each of CR, LF and CRLF ends one."""
        if self._after_cr and data.startswith(b"\n"):
            data = data[1:]
            self._after_cr = False
        if data:
            self._after_cr = data.endswith(b"\r")
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        lines = (self._line + data).split(b"\n")
        self._line = lines.pop()
        if lines and self._at_start:
            self._at_start = False
            lines[0] = lines[0].removeprefix(_BOM)
        return lines

    def _take_line(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._kind = value
        elif name == b"id":
            if b"\0" not in value:
                self.last_event_id = value.decode("utf-8", "replace")
        elif name == b"retry" and value.isdigit():
            self.retry_s = int(value) / _MS_PER_S

    def _dispatch(self) -> Event:
        data, self._data = self._data, []
        kind, self._kind = self._kind, b""
        text = data[0] if len(data) == 1 else b"\n".join(data)
        return Event(
            text.decode("utf-8", "replace"),
            kind.decode("utf-8", "replace") if kind else "message",
            self.last_event_id,
        )
