"""The connections of one user to one host: as many as it sends requests at once."""

from __future__ import annotations

from typing import Final

from gevent import getcurrent

from bench.load.http.client_options import ClientOptions
from bench.load.http.connection import Connection
from bench.load.http.deadlines import Limit
from bench.load.http.endpoint import Endpoint
from bench.load.http.outcomes import ConnectTimeoutError, FirstByteTimeoutError
from bench.load.http.request_log import RequestLog

_FRESH_S: Final = 0.0005
"""A connection that was used so lately is not looked at before it is used again."""


class ConnectionPool:
    """Hand out connections, and take them back."""

    def __init__(
        self,
        endpoint: Endpoint,
        log: RequestLog,
        options: ClientOptions,
    ) -> None:
        self.first_byte: Limit | None = None
        """How long an answer may take to begin."""
        self._log = log
        self._keep_alive = endpoint.keep_alive
        self._address = endpoint.address
        self._remembered = endpoint.remembered
        if self._address.tls is not None and options.tls is not None:
            self._address = self._address._replace(tls=options.tls)
        self._idle: list[Connection] = []
        self._lost = 0
        self._connect_limit: Limit | None = None
        self._set_limits(endpoint, options)

    def take(self, now_s: float) -> Connection:
        """Return a connection that is open and idle, or a new one.

        Raises:
            OSError: it can't be had.
        """
        while self._idle:
            connection = self._idle.pop()
            # Who sends again at once would not hear of the peer's goodbye in time anyway.
            is_fresh = now_s - connection.used_s < _FRESH_S
            if is_fresh or not connection.was_closed_by_peer:
                return connection
            self._lose(connection)
        return self._connect()

    def give_back(self, connection: Connection, now_s: float, *, may_stay_open: bool) -> None:
        """Take back a connection, and close it if nothing more can be asked on it."""
        if may_stay_open and self._keep_alive:
            self._idle.append(connection)
            connection.used_s = now_s
        else:
            self._lose(connection)

    def put(self, connection: Connection) -> None:
        """Add a connection that is open and idle."""
        self._idle.append(connection)

    def open(self) -> None:
        """Connect ahead of the first request, where connections are kept.

        Raises:
            OSError: the connection can't be had.
        """
        if self._keep_alive and not self._idle:
            self._idle.append(self._connect())

    def close(self) -> None:
        """Close the connections that are idle."""
        while self._idle:
            self._idle.pop().close()

    def _set_limits(self, endpoint: Endpoint, options: ClientOptions) -> None:
        limit = endpoint.deadlines.limit
        connect_s = options.connect_timeout_s or endpoint.connect_timeout_s
        if connect_s is not None:
            self._connect_limit = limit(connect_s, ConnectTimeoutError)
        if endpoint.first_byte_timeout_s is not None:
            self.first_byte = limit(endpoint.first_byte_timeout_s, FirstByteTimeoutError)

    def _lose(self, connection: Connection) -> None:
        connection.close()
        if self._keep_alive:
            self._lost += 1

    def _connect(self) -> Connection:
        connection = self._new_connection()
        if self._lost:
            self._lost -= 1
            self._log.reconnected()
        return connection

    def _new_connection(self) -> Connection:
        limit = self._connect_limit
        if limit is None:
            return Connection(self._address, self._remembered)
        greenlet = getcurrent()
        limit.enter(greenlet)
        try:
            return Connection(self._address, self._remembered)
        finally:
            limit.leave(greenlet)
