"""A TCP connection that is nothing but callbacks of gevent's hub: no greenlet, no idle buffer."""

from __future__ import annotations

import errno
import os
import socket as stdlib_socket
from abc import ABC, abstractmethod
from time import perf_counter
from typing import Any, Final

import gevent
from gevent import monkey

from bench.load.http.connection import Address

_new_socket: Final[type[stdlib_socket.socket]] = monkey.get_original("socket", "socket")
_READ: Final = 1
_WRITE: Final = 2
_CHUNK_BYTES: Final = 65_536


class Link(ABC):
    """Connect, send and hear; subclasses define what happens then, and never block."""

    __slots__ = ("_pending", "_socket", "_watcher")

    def __init__(self) -> None:
        self._socket: Any = None
        self._watcher: Any = None
        self._pending = b""

    # --- what subclasses define ---

    @abstractmethod
    def _on_connected(self) -> None:
        """Take note that bytes can be sent."""

    @abstractmethod
    def _on_data(self, data: bytes, received_s: float) -> None:
        """Take what came."""

    @abstractmethod
    def _on_end(self) -> None:
        """Take note that the other side has closed."""

    @abstractmethod
    def _on_lost(self, error: OSError) -> None:
        """Take note that the connection broke, or never came to be."""

    # --- what subclasses use ---

    def _connect(self, address: Address) -> None:
        """Begin to connect; what becomes of it is heard later, never from within this call."""
        try:
            self._socket = _new_socket(address.family, stdlib_socket.SOCK_STREAM)
            self._socket.setblocking(False)
            self._socket.setsockopt(stdlib_socket.IPPROTO_TCP, stdlib_socket.TCP_NODELAY, 1)
            code = self._socket.connect_ex(address.sockaddr)
        except OSError as error:  # there are no more file descriptors
            code = error.errno or errno.EIO
        if code in (0, errno.EINPROGRESS):
            self._watch(_WRITE, self._on_connect_ended)
        else:
            error_later = OSError(code, os.strerror(code))
            gevent.get_hub().loop.run_callback(self._on_lost, error_later)

    def _write(self, data: bytes) -> None:
        """Send, now and as soon as there is room."""
        if self._pending:
            self._pending += data
            return
        try:
            sent = self._socket.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            return  # reading says so too, and after what had come before
        if sent != len(data):
            self._pending = data[sent:]
            self._watch(_READ | _WRITE, self._on_either)

    def _disconnect(self) -> None:
        """Close the connection, if there is one."""
        if self._watcher is not None:
            self._watcher.close()
            self._watcher = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._pending = b""

    # --- callbacks of the hub ---

    def _on_connect_ended(self) -> None:
        code = self._socket.getsockopt(stdlib_socket.SOL_SOCKET, stdlib_socket.SO_ERROR)
        if code:
            self._on_lost(OSError(code, os.strerror(code)))
            return
        self._watch(_READ, self._on_readable)
        self._on_connected()

    def _on_readable(self) -> None:
        try:
            data = self._socket.recv(_CHUNK_BYTES)
        except BlockingIOError:  # woken for nothing
            return
        except OSError as error:
            self._on_lost(error)
            return
        if data:
            self._on_data(data, perf_counter())
        else:
            self._on_end()

    def _on_either(self, events: int) -> None:
        if events & _WRITE and self._pending:
            waiting, self._pending = self._pending, b""
            self._write(waiting)
            if not self._pending:
                self._watch(_READ, self._on_readable)
        if events & _READ and self._socket is not None:
            self._on_readable()

    def _watch(self, events: int, callback: Any) -> None:
        if self._watcher is not None:
            self._watcher.close()
        self._watcher = gevent.get_hub().loop.io(self._socket.fileno(), events)
        if events == _READ | _WRITE:
            self._watcher.start(callback, pass_events=True)
        else:
            self._watcher.start(callback)
