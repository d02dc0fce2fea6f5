"""Tickets of the open model, and who gets them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable

import gevent
from gevent.hub import Waiter

from bench.load.recording.cells import Group
from bench.load.recording.recorder import Recorder, Ticket


class Dispenser:
    """Hand each ticket to the worker that became idle last, so that few connections are used.

    Where nobody is idle the pool grows; at its cap, the ticket is dropped and counted.

    Args:
        cap: how many workers may be busy.
        busy: returns how many are; those that are coming count.
        grow: starts that many more; `expect` is called for each.
    """

    def __init__(
        self,
        recorder: Recorder,
        group: Group,
        *,
        cap: int,
        busy: Callable[[], int],
        grow: Callable[[int], None],
    ) -> None:
        self._recorder = recorder
        self._group = group
        self._cap = cap
        self._busy = busy
        self._grow = grow
        self._coming: set[Hashable] = set()
        self._idle: list[Callable[[Ticket], object]] = []
        self._waiting: deque[Ticket] = deque()

    @property
    def idle(self) -> int:
        """How many workers wait for a ticket."""
        return len(self._idle)

    def issue(self, intended_s: float) -> None:
        """Issue the ticket for a request that is meant to be sent at `intended_s`."""
        ticket = self._recorder.schedule(self._group, intended_s)
        has_room = bool(self._idle) or self._makes_room()
        if self._idle:
            # In the hub: greenlets may be switched to from there alone.
            gevent.get_hub().loop.run_callback(self._idle.pop(), ticket)
        elif has_room:
            self._waiting.append(ticket)
        else:
            self._recorder.drop(ticket)

    def expect(self, worker: Hashable) -> None:
        """Note that a worker was started and will join."""
        self._coming.add(worker)

    def join(self, worker: Hashable) -> None:
        """Note that a worker is about to take its first ticket."""
        self._coming.discard(worker)

    def leave(self, worker: Hashable) -> None:
        """Note that a worker is gone."""
        self._coming.discard(worker)

    def take(self) -> Ticket:
        """Wait for a ticket, as the worker that is next in turn."""
        if self._waiting:
            return self._waiting.popleft()
        waiter: Waiter[Ticket] = Waiter()
        self._idle.append(waiter.switch)
        try:
            ticket: Ticket = waiter.get()
        finally:
            self.cancel(waiter.switch)  # it may have been killed, not called
        return ticket

    def ask(self, receive: Callable[[Ticket], object]) -> None:
        """Have `receive` called in the hub with a ticket, as soon as there is one."""
        if self._waiting:
            gevent.get_hub().loop.run_callback(receive, self._waiting.popleft())
        else:
            self._idle.append(receive)

    def cancel(self, receive: Callable[[Ticket], object]) -> None:
        """Ask no longer, if that is still so."""
        if receive in self._idle:
            self._idle.remove(receive)

    def _makes_room(self) -> bool:
        if len(self._waiting) < len(self._coming):
            return True
        busy = self._busy()
        room = self._cap - busy
        if room <= 0:
            return False
        # In proportion, since starting users one by one takes time that grows with their number.
        self._grow(min(room, max(1, busy // 8)))
        return True
