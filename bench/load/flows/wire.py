"""A user's connection as a state machine: callbacks of gevent's hub, and no greenlet.

Switching to a greenlet and back costs as much as all else that happens for a response together.
"""

from __future__ import annotations

import errno
import os
import socket as stdlib_socket
from abc import ABC, abstractmethod
from collections.abc import Callable
from time import perf_counter
from typing import Any, Final

import gevent
from gevent import monkey

from bench.load.http.answer import Answer
from bench.load.http.client import Endpoint
from bench.load.http.outcomes import BadResponseError

_new_socket: Final[type[stdlib_socket.socket]] = monkey.get_original("socket", "socket")
_READ: Final = 1
_WRITE: Final = 2
CHUNK_BYTES: Final = 65_536
"""Read at once."""

_spare_answers: Final[list[Answer]] = []
"""Parsers that nobody uses: an idle connection needs none."""

_MOST_SPARE: Final = 256


class DeadlineError(TimeoutError):
    """Something took longer than it may; `outcome` says what."""

    def __init__(self, outcome: str, limit_s: float) -> None:
        super().__init__(f"{outcome} after {limit_s:g} s")
        self.outcome = outcome


class Wire(ABC):
    """Send requests one after the other, and hear of their answers in `_on_answer`.

    Subclasses define what happens then, and never block.
    """

    __slots__ = (
        "_answer",
        "_asked_s",
        "_begun_s",
        "_endpoint",
        "_has_body",
        "_is_connecting",
        "_on_open",
        "_pending",
        "_received",
        "_recv",
        "_send",
        "_socket",
        "_was_open",
        "_watcher",
        "sent_s",
    )

    def __init__(self, endpoint: Endpoint) -> None:
        self.sent_s = 0.0
        """When the request that waits for its answer was sent; 0, where none does."""
        self._endpoint = endpoint
        self._socket: Any = None
        self._watcher: Any = None
        self._send: Any = None
        self._recv: Any = None
        self._answer: Answer | None = None
        self._has_body = True
        self._received = 0
        self._pending = b""
        self._is_connecting = False
        self._begun_s = 0.0
        self._asked_s = 0.0
        self._was_open = False
        self._on_open: Callable[[], None] | None = None

    # --- what subclasses define ---

    @abstractmethod
    def _on_readable(self) -> None:
        """Read up to `CHUNK_BYTES`, and hand them to `_take`, or an error to `_lose`."""

    @abstractmethod
    def _on_answer(self, answer: Answer, data: bytes, ended_s: float) -> None:
        """Take an answer that is whole; `data` is all of it, or empty if it came in pieces."""

    @abstractmethod
    def _on_failure(self, error: Exception, ended_s: float) -> None:
        """Take note that there won't be an answer; the connection is closed."""

    @abstractmethod
    def _on_reconnect(self) -> None:
        """Take note that a connection that was to be kept has been replaced."""

    # --- what subclasses use ---

    @property
    def is_open(self) -> bool:
        """Whether there is a connection."""
        return self._socket is not None and not self._is_connecting

    def open(self, then: Callable[[], None]) -> None:
        """Connect ahead of the first request; call `then` when that is done, or failed."""
        self._on_open = then
        self._connect()

    def exchange(self, request: bytes, *, has_body: bool) -> None:
        """Send a request; its answer is heard of later, never from within this call."""
        self._has_body = has_body
        self._received = 0
        self.sent_s = perf_counter()
        if self._socket is None:
            self._pending = request
            self._connect()
            return
        try:
            sent = self._send(request)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            self._fail_soon(error)
            return
        if sent != len(request):
            self._pending = request[sent:]
            self._watch(_READ | _WRITE)

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._watcher is not None:
            self._watcher.close()
            self._watcher = None
        if self._socket is not None:
            self._socket.close()
            self._socket = self._send = self._recv = None
        self._is_connecting = False
        self._pending = b""
        self._put_back_answer()

    def overdue(self, now_s: float) -> DeadlineError | None:
        """Return which deadline has passed, if one has."""
        endpoint = self._endpoint
        connect_s, first_s = endpoint.connect_timeout_s, endpoint.first_byte_timeout_s
        since_s = self.sent_s or self._begun_s
        if self._is_connecting:
            if connect_s is not None and now_s - self._begun_s > connect_s:
                return DeadlineError("connect-timeout", connect_s)
        elif not self.sent_s:
            return None
        elif (
            first_s is not None
            and not self._received
            and now_s - max(self._asked_s, self.sent_s) > first_s
        ):
            return DeadlineError("first-byte-timeout", first_s)
        if now_s - since_s > endpoint.timeout_s:
            return DeadlineError("timeout", endpoint.timeout_s)
        return None

    def fail(self, error: Exception) -> None:
        """Close the connection, and give up what is waited for."""
        self.close()
        if self._on_open is not None:
            self._opened()
        if self.sent_s:
            self._on_failure(error, perf_counter())

    # --- callbacks of the hub ---

    def _on_writable(self) -> None:
        if self._is_connecting:
            self._finish_connecting()
            return
        try:
            sent = self._send(self._pending)
        except BlockingIOError:
            return
        except OSError as error:
            self.fail(error)
            return
        self._pending = self._pending[sent:]
        if not self._pending:
            self._watch(_READ)

    def _on_event(self, events: int) -> None:
        if events & _WRITE:
            self._on_writable()
        if events & _READ and self._recv is not None:
            self._on_readable()

    # --- parts ---

    def _take(self, data: bytes, ended_s: float) -> None:
        """Take what was received; nothing means that the other side has closed."""
        if not self.sent_s:
            self._lose(None)  # closed, or said what it wasn't asked
            return
        answer = self._answer
        is_first = answer is None
        if answer is None:
            answer = self._answer = _spare_answers.pop() if _spare_answers else Answer()
            answer.start(has_body=self._has_body)
        self._received += len(data)
        try:
            if data:
                answer.feed(data)
            else:
                answer.end()
        except (OSError, BadResponseError) as error:
            self.fail(error)
            return
        if not answer.is_complete:
            return
        self._answer = None
        try:
            self._on_answer(answer, data if is_first else b"", ended_s)
        finally:
            if len(_spare_answers) < _MOST_SPARE and answer.may_stay_open:
                _spare_answers.append(answer)

    def _connect(self) -> None:
        address = self._endpoint.address
        self._begun_s = perf_counter()
        try:
            self._socket = _new_socket(address.family, stdlib_socket.SOCK_STREAM)
            self._socket.setblocking(False)
            self._socket.setsockopt(stdlib_socket.IPPROTO_TCP, stdlib_socket.TCP_NODELAY, 1)
            code = self._socket.connect_ex(address.sockaddr)
        except OSError as error:
            self._fail_soon(error)
            return
        if code not in (0, errno.EINPROGRESS):
            self._fail_soon(OSError(code, os.strerror(code)))
            return
        self._is_connecting = True
        self._watch(_WRITE)

    def _finish_connecting(self) -> None:
        code = self._socket.getsockopt(stdlib_socket.SOL_SOCKET, stdlib_socket.SO_ERROR)
        if code:
            self.fail(OSError(code, os.strerror(code)))
            return
        self._is_connecting = False
        self._asked_s = perf_counter()
        if self._was_open and self._endpoint.keep_alive:
            self._on_reconnect()
        self._was_open = True
        self._send, self._recv = self._socket.send, self._socket.recv
        self._watch(_READ | _WRITE if self._pending else _READ)
        if self._on_open is not None:
            self._opened()
        elif self._pending:
            self._on_writable()

    def _opened(self) -> None:
        then, self._on_open = self._on_open, None
        assert then is not None
        then()

    def _watch(self, events: int) -> None:
        if self._watcher is not None:
            self._watcher.close()
        self._watcher = gevent.get_hub().loop.io(self._socket.fileno(), events)
        if events == _READ:
            self._watcher.start(self._on_readable)
        else:
            self._watcher.start(self._on_event, pass_events=True)

    def _lose(self, error: OSError | None) -> None:
        """Take note that the other side is gone."""
        if self.sent_s:
            self.fail(error or ConnectionResetError(errno.ECONNRESET, "the connection was closed"))
        else:
            self.close()

    def _fail_soon(self, error: OSError) -> None:
        """Fail, but not from within the call that asked for it: it may ask again at once."""
        self.close()
        gevent.get_hub().loop.run_callback(self._fail_unless_over, error, self.sent_s)

    def _fail_unless_over(self, error: OSError, sent_s: float) -> None:
        if self.sent_s == sent_s:
            self.fail(error)

    def _put_back_answer(self) -> None:
        self._answer = None
