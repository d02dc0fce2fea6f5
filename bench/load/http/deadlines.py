"""Deadlines, cheap enough to have some for each request."""

from __future__ import annotations

from time import perf_counter
from typing import Final

import gevent
from gevent import Greenlet

from bench.load.http.outcomes import ResponseTimeoutError

_SWEEP_S: Final = 0.010


class Limit:
    """So many seconds, for everyone who enters; who has not left by then gets `error` thrown."""

    __slots__ = ("_error", "_limit_s", "_queue")

    def __init__(self, limit_s: float, error: type[TimeoutError]) -> None:
        self._limit_s = limit_s
        self._error = error
        self._queue: dict[Greenlet, float] = {}

    def enter(self, greenlet: Greenlet, now_s: float | None = None) -> None:
        """Give a greenlet its time from now on, until it leaves."""
        self._queue[greenlet] = (perf_counter() if now_s is None else now_s) + self._limit_s

    def leave(self, greenlet: Greenlet) -> None:
        """Take back a greenlet's deadline."""
        self._queue.pop(greenlet, None)

    def sweep(self, now_s: float) -> None:
        """Throw the error into all whose time is over, when the loop gets to it."""
        run_soon = gevent.get_hub().loop.run_callback
        # All got the same time, so they are in the order in which their time ends.
        for greenlet, deadline_s in self._queue.items():
            if deadline_s > now_s:
                break
            run_soon(self._expire, greenlet)

    def _expire(self, greenlet: Greenlet) -> None:
        # It may have left, and even entered once more, since the sweep.
        if self._queue.get(greenlet, float("inf")) <= perf_counter():
            del self._queue[greenlet]
            greenlet.throw(self._error(f"not within {self._limit_s:g} s"))


class Deadlines:
    """Watch over time limits: an error comes at most 10 ms late.

    A timer of its own for each request would cost as much as sending it. Requests of equal time
    limits end in the order in which they began, so a glance at the oldest of each limit is enough.
    """

    def __init__(self) -> None:
        self._limits: dict[tuple[float, type[TimeoutError]], Limit] = {}
        self._sweeper: Greenlet | None = None

    def limit(self, limit_s: float, error: type[TimeoutError] = ResponseTimeoutError) -> Limit:
        """Return the time limit of so many seconds, and watch over it."""
        key = (limit_s, error)
        limit = self._limits.get(key)
        if limit is None:
            limit = self._limits[key] = Limit(limit_s, error)
        if self._sweeper is None:
            self._sweeper = gevent.spawn(self._sweep)
        return limit

    def _sweep(self) -> None:
        while True:
            gevent.sleep(_SWEEP_S)
            now_s = perf_counter()
            for limit in list(self._limits.values()):
                limit.sweep(now_s)
