"""The bystander: a trivial route, called evenly while others do the heavy thing."""

from __future__ import annotations

from math import ceil
from typing import Final

import gevent
from gevent.pool import Group

from bench.load.configuration import BystanderPlan
from bench.load.http.client import Endpoint, HttpClient
from bench.load.http.connection import Connection
from bench.load.pacing.pacer import pace
from bench.load.pacing.priming import connections_for, open_served_connections
from bench.load.pacing.schedule import schedule
from bench.load.pacing.tickets import Dispenser
from bench.load.recording.journal import Journal
from bench.load.recording.recorder import Recorder

_LEAST_CAP: Final = 50
_CAP_S: Final = 10.0
"""A stall this long is still seen in full: that many seconds' worth of requests may be open."""


_SERVED_S: Final = 5.0
"""A stall this long is seen on connections that were open before it, by clients of old."""


def open_bystander_connections(plan: BystanderPlan | None, endpoint: Endpoint) -> list[Connection]:
    """Open the connections that bystanders call from while others wait for their answers."""
    if plan is None:
        return []
    return open_served_connections(endpoint, plan.path, connections_for(plan.rate, _SERVED_S))


class Bystander:
    """Call the route on an even schedule, from as few connections as will do.

    Args:
        served: connections that the target serves already; they are used first.
    """

    def __init__(
        self,
        plan: BystanderPlan,
        endpoint: Endpoint,
        recorder: Recorder,
        *,
        served: list[Connection],
        origin_s: float,
        seed: str,
    ) -> None:
        self._path = plan.path
        self._endpoint = endpoint
        self._recorder = recorder
        self._served = served
        self._callers = Group()
        self._busy: set[gevent.Greenlet] = set()
        self._is_over = False
        self._pacer: gevent.Greenlet | None = None
        self._dispenser = Dispenser(
            recorder,
            "bystander",
            cap=max(_LEAST_CAP, ceil(_CAP_S * plan.rate)),
            busy=lambda: len(self._callers) - self._dispenser.idle,
            grow=self._grow,
        )
        self._moments_s = schedule("even", origin_s=origin_s, rate_per_s=plan.rate, seed=seed)

    def start(self) -> gevent.Greenlet:
        """Begin; return the greenlet that keeps time."""
        self._pacer = gevent.spawn(pace, self._moments_s, self._dispenser.issue)
        return self._pacer

    def stop_sending(self) -> None:
        """Begin no more requests; those under way go on."""
        self._is_over = True
        if self._pacer is not None:
            self._pacer.kill()
        for caller in set(self._callers) - self._busy:
            self._callers.killone(caller)

    def stop(self, grace_s: float) -> None:
        """Wait for the requests under way for at most so long, and close the connections."""
        self.stop_sending()
        self._callers.join(timeout=grace_s)
        self._callers.kill()
        while self._served:
            self._served.pop().close()

    def _grow(self, count: int) -> None:
        for _ in range(count):
            self._dispenser.expect(self._callers.spawn(self._call_again_and_again))

    def _call_again_and_again(self) -> None:
        caller = gevent.getcurrent()
        self._dispenser.join(caller)
        journal = Journal(self._recorder, "bystander")
        client = HttpClient(self._endpoint, journal, self._served.pop() if self._served else None)
        try:
            while not self._is_over:
                journal.give(self._dispenser.take())
                self._busy.add(caller)
                client.get(self._path)
                self._busy.discard(caller)
        finally:
            self._busy.discard(caller)
            client.close()
