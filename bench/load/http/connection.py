"""One HTTP/1.1 connection: gevent's loop, a plain socket, and httptools to parse the answers.

gevent's own socket class would try to read before it waits, and pay an exception for it each time.
"""

from __future__ import annotations

import errno
import os
import socket as stdlib_socket
import ssl
from typing import Any, Final, NamedTuple

import gevent
from gevent import getcurrent, monkey

from bench.load.http.answer import Answer, WholeAnswer
from bench.load.http.deadlines import Limit
from bench.load.http.remembering import Remembered
from bench.load.http.tls import TlsSession

_new_socket: Final[type[stdlib_socket.socket]] = monkey.get_original("socket", "socket")
_READ: Final = 1
_WRITE: Final = 2
_CHUNK_BYTES: Final = 65_536


class Address(NamedTuple):
    """Where the target listens, and how it is spoken to."""

    family: int
    sockaddr: Any
    tls: ssl.SSLContext | None = None
    """None: in clear text."""
    host: str = ""
    """Whom the certificate is asked for."""


class Connection:
    """A connection that is open; requests are sent on it one after the other."""

    def __init__(self, address: Address, remembered: Remembered[WholeAnswer] | None = None) -> None:
        """Connect.

        Args:
            remembered: answers that came before, on any connection.

        Raises:
            OSError: the connection can't be had.
        """
        self.used_s = 0.0
        """When it was last used; whoever hands it out keeps this."""
        self.answer = Answer()
        """The last one that was asked for, as far as it came."""
        self._socket = _new_socket(address.family, stdlib_socket.SOCK_STREAM)
        self._socket.setblocking(False)
        self._hub = hub = gevent.get_hub()
        self._readable = hub.loop.io(self._socket.fileno(), _READ)
        self._remembered = remembered if address.tls is None else None
        self._tls: TlsSession | None = None
        try:
            self._socket.setsockopt(stdlib_socket.IPPROTO_TCP, stdlib_socket.TCP_NODELAY, 1)
            self._connect(address.sockaddr)
            if address.tls is not None:
                self._tls = TlsSession(address.tls, address.host)
                self._shake_hands(self._tls)
        except BaseException:  # also when the user is stopped meanwhile
            self.close()
            raise

    @property
    def was_closed_by_peer(self) -> bool:
        """Whether the other side has closed it, or has said what it wasn't asked."""
        try:
            if self._tls is not None:
                return self._was_closed_in_tls(self._tls)
            self._socket.recv(1, stdlib_socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True

    def exchange(
        self, request: bytes, *, has_body: bool = True, first_byte: Limit | None = None
    ) -> WholeAnswer:
        """Send a request and return its answer.

        Args:
            has_body: False for HEAD, whose answer tells the length of a body that doesn't come.
            first_byte: how long the answer may take to begin, from when the request was sent.

        Raises:
            OSError: the connection broke.
            BadResponseError: what came is no HTTP/1.1.
        """
        answer = self.answer
        answer.start(has_body=has_body)
        self._send(request if self._tls is None else self._tls.encrypt(request))
        if first_byte is not None:
            self._await_first_byte(first_byte)
        elif has_body and self._remembered is not None:
            return self._take_or_know(answer, self._remembered)
        while not answer.is_complete:
            self._take(self._read())
        return answer.whole()

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

    def _shake_hands(self, tls: TlsSession) -> None:
        is_done = tls.shake_hands()
        while not is_done:
            self._send(tls.to_send())
            data = self._read()
            if not data:
                raise ConnectionResetError(errno.ECONNRESET, "closed in the handshake of TLS")
            is_done = tls.shake_hands(data)
        self._send(tls.to_send())

    def _await_first_byte(self, limit: Limit) -> None:
        greenlet = getcurrent()
        limit.enter(greenlet)
        try:
            while not self.answer.bytes_received:
                self._take(self._read())
        finally:
            limit.leave(greenlet)

    def _take_or_know(self, answer: Answer, remembered: Remembered[WholeAnswer]) -> WholeAnswer:
        data = self._read()
        known = remembered.known.get(data)
        if known is not None:
            remembered.uses += 1
            return known
        if self._take(data):
            whole = answer.whole()
            remembered.keep(data, whole)
            return whole
        while not self._take(self._read()):
            continue
        return answer.whole()

    def _take(self, data: bytes) -> bool:
        """Take what was read; return whether the answer is complete."""
        if self._tls is not None:
            self._take_in(self._tls, data)
        elif data:
            self.answer.feed(data)
        else:
            self.answer.end()
        return self.answer.is_complete

    def _take_in(self, tls: TlsSession, data: bytes) -> None:
        plain = tls.decrypt(data)
        if plain:
            self.answer.feed(plain)
        if tls.is_over and not self.answer.is_complete:
            self.answer.end(is_cut=tls.is_cut)
        self._send(tls.to_send())  # the peer may have asked for other keys

    def _was_closed_in_tls(self, tls: TlsSession) -> bool:
        # Tickets for later sessions come unasked, and mean nothing.
        while not tls.is_over:
            if tls.decrypt(self._socket.recv(_CHUNK_BYTES)):
                return True
        return True

    def _read(self) -> bytes:
        """Wait for data and return it; nothing means that the other side has closed."""
        # What gevent's own waiting costs more is protection from strangers who switch to a greenlet
        # that waits; here nobody does, and being woken for nothing does no harm.
        watcher, hub = self._readable, self._hub
        while True:
            watcher.start(getcurrent().switch)
            try:
                hub.switch()
            finally:
                watcher.stop()
            try:
                return self._socket.recv(_CHUNK_BYTES)
            except BlockingIOError:
                continue

    def _send(self, data: bytes) -> None:
        while data:
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
            self._hub.wait(writable)
        finally:
            writable.close()
