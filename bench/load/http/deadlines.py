"""Deadlines of responses, cheap enough to have one for each request."""

from __future__ import annotations

from time import perf_counter
from typing import Final

import gevent
from gevent import Greenlet

_SWEEP_S: Final = 0.010


class ResponseTimeoutError(TimeoutError):
    """The response was not complete in the time it was given."""


class Deadlines:
    """Throw `ResponseTimeoutError` into greenlets whose time is over, at most 10 ms late.

    A timer of its own for each request would cost as much as sending it. Requests of equal time
    limits end in the order in which they began, so a glance at the oldest of each limit is enough.
    """

    def __init__(self) -> None:
        self._queues: dict[float, dict[Greenlet, float]] = {}
        self._sweeper: Greenlet | None = None

    def enter(self, greenlet: Greenlet, limit_s: float) -> None:
        """Give a greenlet `limit_s` from now, until it leaves."""
        queue = self._queues.get(limit_s)
        if queue is None:
            queue = self._queues[limit_s] = {}
        queue[greenlet] = perf_counter() + limit_s
        if self._sweeper is None:
            self._sweeper = gevent.spawn(self._sweep)

    def leave(self, greenlet: Greenlet, limit_s: float) -> None:
        """Take back a greenlet's deadline."""
        self._queues[limit_s].pop(greenlet, None)

    def _sweep(self) -> None:
        run_soon = gevent.get_hub().loop.run_callback
        while True:
            gevent.sleep(_SWEEP_S)
            now_s = perf_counter()
            for queue in self._queues.values():
                for greenlet, deadline_s in queue.items():
                    if deadline_s > now_s:
                        break
                    run_soon(_expire, queue, greenlet)


def _expire(queue: dict[Greenlet, float], greenlet: Greenlet) -> None:
    # It may have left, and even begun its next request, since the sweeper looked.
    if queue.get(greenlet, float("inf")) <= perf_counter():
        del queue[greenlet]
        greenlet.throw(ResponseTimeoutError("no complete response in time"))
