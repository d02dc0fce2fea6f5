"""One HTTP/1.1 connection: gevent's loop, a plain socket, and httptools to parse the answers.

gevent's own socket class would try to read before it waits, and pay an exception for it each time.
"""

from __future__ import annotations

import errno
import os
import socket as stdlib_socket
from typing import Any, Final, NamedTuple

import gevent
import httptools
from gevent import monkey

from bench.load.http.outcomes import BadResponseError

_new_socket: Final[type[stdlib_socket.socket]] = monkey.get_original("socket", "socket")
_READ: Final = 1
_WRITE: Final = 2
_CHUNK_BYTES: Final = 65_536
_FIRST_FINAL_STATUS: Final = 200
_SWITCHING_PROTOCOLS: Final = 101


class Address(NamedTuple):
    """Where the target listens."""

    family: int
    sockaddr: Any


class Connection:
    """A connection that is open; requests are sent on it one after the other."""

    def __init__(self, address: Address) -> None:
        """Connect.

        Raises:
            OSError: the connection can't be had.
        """
        self._socket = _new_socket(address.family, stdlib_socket.SOCK_STREAM)
        self._socket.setblocking(False)
        hub = gevent.get_hub()
        self._wait = hub.wait
        self._readable = hub.loop.io(self._socket.fileno(), _READ)
        self._answer = _Answer()
        try:
            self._socket.setsockopt(stdlib_socket.IPPROTO_TCP, stdlib_socket.TCP_NODELAY, 1)
            self._connect(address.sockaddr)
        except BaseException:  # also when the user is stopped meanwhile
            self.close()
            raise

    @property
    def was_closed_by_peer(self) -> bool:
        """Whether the other side has closed it, or has said what it wasn't asked."""
        try:
            self._socket.recv(1, stdlib_socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True

    def exchange(self, request: bytes, *, has_body: bool = True) -> _Answer:
        """Send a request and return its answer.

        Args:
            has_body: False for HEAD, whose answer tells the length of a body that doesn't come.

        Raises:
            OSError: the connection broke.
            BadResponseError: what came is no HTTP/1.1.
        """
        answer = self._answer
        answer.start(has_body=has_body)
        self._send(request)
        while not answer.is_complete:
            self._wait(self._readable)
            try:
                data = self._socket.recv(_CHUNK_BYTES)
            except BlockingIOError:  # woken for nothing
                continue
            if data:
                answer.feed(data)
            else:
                answer.end()
        return answer

    def close(self) -> None:
        """Close it; once more does nothing."""
        self._readable.close()
        self._socket.close()

    def _connect(self, sockaddr: Any) -> None:
        code = self._socket.connect_ex(sockaddr)
        if code == errno.EINPROGRESS:
            self._wait_until_writable()
            code = self._socket.getsockopt(stdlib_socket.SOL_SOCKET, stdlib_socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))

    def _send(self, data: bytes) -> None:
        while True:
            try:
                sent = self._socket.send(data)
            except BlockingIOError:
                sent = 0
            if sent == len(data):
                return
            data = data[sent:]
            self._wait_until_writable()

    def _wait_until_writable(self) -> None:
        writable = gevent.get_hub().loop.io(self._socket.fileno(), _WRITE)
        try:
            self._wait(writable)
        finally:
            writable.close()


class _Answer:
    """What httptools reports of the answer under way, and of the connection after it."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._has_body = True
        self._began = False
        self._headers_are_whole = False
        self._body: list[bytes] = []
        self._ends_with_connection = False
        self.is_complete = False
        self.may_stay_open = True
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []

    @property
    def body(self) -> bytes:
        """The body, whole."""
        return self._body[0] if len(self._body) == 1 else b"".join(self._body)

    def start(self, *, has_body: bool) -> None:
        """Get ready for the next answer."""
        self._has_body = has_body
        self._began = False
        self._clear()
        self.is_complete = False
        self.may_stay_open = True

    def feed(self, data: bytes) -> None:
        """Parse what came.

        Raises:
            BadResponseError: it is no HTTP/1.1, or more than one answer.
        """
        self._began = True
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if not self.is_complete:
                raise BadResponseError(str(error) or type(error).__name__) from error
            self.may_stay_open = False

    def end(self) -> None:
        """Take note that the other side has closed.

        Raises:
            ConnectionResetError: before its answer was complete.
        """
        self.may_stay_open = False
        if not (self._headers_are_whole and self._has_body and self._ends_with_connection):
            how_far = "in the middle of its answer" if self._began else "without an answer"
            raise ConnectionResetError(errno.ECONNRESET, f"the connection was closed {how_far}")
        self.is_complete = True

    # --- called by httptools ---

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
            self.may_stay_open = self._parser.should_keep_alive()
            self.is_complete = True
            # This parser would wait for a body that doesn't come.
            self._parser = httptools.HttpResponseParser(self)

    def on_body(self, data: bytes) -> None:
        """Keep a piece of the body."""
        self._body.append(data)

    def on_message_complete(self) -> None:
        """Note that the answer is whole, unless it only announced the real one."""
        if not self._headers_are_whole:
            self._clear()
            return
        self.may_stay_open = self.may_stay_open and self._parser.should_keep_alive()
        self.is_complete = True

    def _clear(self) -> None:
        self._headers_are_whole = False
        self._body = []
        self.headers = []
