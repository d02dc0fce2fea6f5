"""Connections that are open, and known to be served, before load begins.

A server under load may take up new connections very slowly: libuv accepts one in each turn of its
loop, so a loop that is blocked for seconds at a time leaves most of a step's users in the kernel's
queue, and what is measured is the queue. Clients of a service keep their connections; so do ours.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from math import ceil
from typing import Final

import gevent
from gevent import Greenlet
from gevent.event import Event

from bench.load.http.client import Endpoint
from bench.load.http.connection import Connection
from bench.load.http.outcomes import BadResponseError

_AT_MOST_S: Final = 5.0
"""A target that serves nobody before load won't be served better by waiting longer."""

_SETTLE_S: Final = 0.05
_SETTLE_PER_USER_S: Final = 0.0002
_MAX_SETTLE_S: Final = 2.0
"""An idle loop takes up a connection in well under 0.2 ms."""


def open_served_connections(endpoint: Endpoint, path: str, count: int) -> list[Connection]:
    """Open connections one by one, each with an answered request on it.

    Returns:
        As many as the target keeps open, `count` at most: none, where it closes each.
    """
    connections: list[Connection] = []
    request = endpoint.builder.build_plain("GET", path)
    with gevent.Timeout(_AT_MOST_S, exception=False), suppress(OSError, BadResponseError):
        while endpoint.keep_alive and len(connections) < count:
            connection = Connection(endpoint.address)
            if not connection.exchange(request).may_stay_open:
                connection.close()
                break
            connections.append(connection)
    return connections


class StartingLine:
    """Where users wait, connected, until all others are.

    Args:
        users: how many are to come.
    """

    def __init__(self, users: int) -> None:
        self._missing = users
        self._settle_s = min(_SETTLE_S + users * _SETTLE_PER_USER_S, _MAX_SETTLE_S)
        self._go = Event()
        self._limit: Greenlet | None = None

    def wait(self) -> None:
        """Arrive, and wait for the others and for the target to take up all connections."""
        self._arrive()
        self._go.wait()

    def arrive(self, then: Callable[[], None]) -> None:
        """Arrive, and have `then` called when one needn't wait any more."""
        self._arrive()
        self._go.rawlink(lambda _: then())

    def _arrive(self) -> None:
        if self._limit is None:
            self._limit = gevent.spawn_later(_AT_MOST_S, self._go.set)
        self._missing -= 1
        if self._missing == 0:
            gevent.spawn_later(self._settle_s, self._go.set)


def connections_for(rate_per_s: float, seconds: float) -> int:
    """Return how many connections requests at a rate need that stay open for so long.

    >>> connections_for(20, 5), connections_for(0.1, 5)
    (100, 1)
    """
    return max(1, ceil(rate_per_s * seconds))
