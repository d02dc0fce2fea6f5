"""An answer as it comes in: what httptools makes of it, and of the connection after it."""

from __future__ import annotations

import errno
from typing import Final, NamedTuple

import httptools

from bench.load.http.outcomes import BadResponseError
from bench.load.http.response import Headers

_FIRST_FINAL_STATUS: Final = 200
_SWITCHING_PROTOCOLS: Final = 101
_MOST_HEAD_BYTES: Final = 1_048_576
"""The parser itself would collect headers without end."""


_TELLING_HEADERS: Final = frozenset({b"set-cookie", b"content-encoding"})
_THEIR_LENGTHS: Final = frozenset(map(len, _TELLING_HEADERS))


class WholeAnswer(NamedTuple):
    """An answer that is whole; shared by all requests that are answered alike."""

    status: int
    headers: Headers
    body: bytes
    bytes_received: int
    may_stay_open: bool
    is_telling: bool
    """Whether it sets cookies, or its body has to be unpacked."""


class Answer:
    """The answer under way; used for one after the other on its connection."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._has_body = True
        self._headers_are_whole = False
        self._body: list[bytes] = []
        self._ends_with_connection = False
        self.is_complete = False
        self.may_stay_open = True
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.bytes_received = 0
        """Since the start: head and framing, interim answers and surplus included."""

    @property
    def body(self) -> bytes:
        """The body, whole."""
        return self._body[0] if len(self._body) == 1 else b"".join(self._body)

    def whole(self) -> WholeAnswer:
        """Return what came, once it is complete."""
        return WholeAnswer(
            self.status,
            Headers(self.headers),
            self.body,
            self.bytes_received,
            self.may_stay_open,
            any(
                len(name) in _THEIR_LENGTHS and name.lower() in _TELLING_HEADERS
                for name, _ in self.headers
            ),
        )

    def start(self, *, has_body: bool) -> None:
        """Get ready for the next answer."""
        self._has_body = has_body
        self.bytes_received = 0
        self._clear()
        self.is_complete = False
        self.may_stay_open = True

    def feed(self, data: bytes) -> None:
        """Parse what came.

        Raises:
            BadResponseError: it is no HTTP/1.1.
        """
        self.bytes_received += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as error:
            raise BadResponseError("it changed to a protocol that nobody asked for") from error
        except httptools.HttpParserError as error:
            if not self.is_complete:
                raise BadResponseError(str(error) or type(error).__name__) from error
            self.may_stay_open = False
        if not self._headers_are_whole and self.bytes_received > _MOST_HEAD_BYTES:
            raise BadResponseError(f"a head of more than {_MOST_HEAD_BYTES} bytes")

    def end(self, *, is_cut: bool = False) -> None:
        """Take note that the other side has closed.

        Args:
            is_cut: it did so without the goodbye that TLS asks for, so what came may be a part.

        Raises:
            ConnectionResetError: before its answer was complete.
        """
        self.may_stay_open = False
        may_end_so = self._headers_are_whole and self._has_body and self._ends_with_connection
        if not may_end_so or is_cut:
            how_far = "in the middle of its answer" if self.bytes_received else "without an answer"
            raise ConnectionResetError(errno.ECONNRESET, f"the connection was closed {how_far}")
        self.is_complete = True

    # --- called by httptools ---

    def on_message_begin(self) -> None:
        """Refuse to read on after the answer: nobody asked for a second one."""
        if self.is_complete:
            raise BadResponseError("an answer that was not asked for")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header."""
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Note the status, and how the body will end."""
        self.status = self._parser.get_status_code()
        if self.status < _FIRST_FINAL_STATUS and self.status != _SWITCHING_PROTOCOLS:
            return
        self._headers_are_whole = True
        framing = {name.lower() for name, _ in self.headers}
        self._ends_with_connection = not framing & {b"content-length", b"transfer-encoding"}
        if not self._has_body:
            self.may_stay_open = self._is_to_be_kept()
            self.is_complete = True
            # This parser would wait for a body that doesn't come.
            self._parser = httptools.HttpResponseParser(self)

    def on_body(self, data: bytes) -> None:
        """Keep a piece of the body."""
        if self.is_complete:  # a body after HEAD, all the same
            self.may_stay_open = False
        else:
            self._body.append(data)

    def on_message_complete(self) -> None:
        """Note that the answer is whole, unless it only announced the real one."""
        if self.is_complete:  # at its head, since its body doesn't come
            return
        if not self._headers_are_whole:
            self._clear()
            return
        self.may_stay_open = self.may_stay_open and self._parser.should_keep_alive()
        self.is_complete = True

    def _is_to_be_kept(self) -> bool:
        """Whether the connection is kept after a head, by that alone."""
        said = b",".join(value for name, value in self.headers if name.lower() == b"connection")
        if b"close" in said.lower():
            return False
        return self._parser.get_http_version() == "1.1" or b"keep-alive" in said.lower()

    def _clear(self) -> None:
        self._headers_are_whole = False
        self._body = []
        self.headers = []
