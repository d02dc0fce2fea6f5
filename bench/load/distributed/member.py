"""A member of the fleet: what the master knows of one worker."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gevent.event import AsyncResult

from bench.load.distributed.clocks import Clock, Ping
from bench.load.distributed.ledger import Ledger


@dataclass(eq=False)
class Member:
    """One worker, from its admission on."""

    index: int
    name: str
    host: str
    pid: int
    version: str
    seed: int
    joined_by: str
    """The identity of the connection over which it was admitted."""
    client_id: str = ""
    """Its identity among Locust's workers; empty until it is one."""
    heard_s: float = 0.0
    """When it was heard last, by the master's clock."""
    lost: str = ""
    """Why it is lost; empty while it is not."""
    clock: Clock = field(default_factory=lambda: Clock(0.0, 0.0))
    pings: list[Ping] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)
    """Of the lines of the step under way that came."""
    _due: dict[str, AsyncResult[Any]] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The worker's name in messages."""
        return f"worker {self.index} ({self.host}, pid {self.pid})"

    def expect(self, kind: str) -> AsyncResult[Any]:
        """Return what will hold the answer of a kind; None in it, if the worker is lost."""
        due: AsyncResult[Any] = AsyncResult()
        self._due[kind] = due
        if self.lost:
            due.set(None)
        return due

    def answer(self, kind: str, data: Any) -> None:
        """Note an answer, if it is due."""
        due = self._due.pop(kind, None)
        if due is not None:
            due.set(data)

    def lose(self, why: str) -> None:
        """Note that the worker is lost: nothing more is due."""
        self.lost = why
        for kind in list(self._due):
            self.answer(kind, None)

    def as_record(self) -> dict[str, object]:
        """Return the fields of a `GeneratorWorker`."""
        return {
            "index": self.index,
            "name": self.name,
            "host": self.host,
            "pid": self.pid,
            "seed": self.seed,
            "version": self.version,
            "clock_offset_s": self.clock.offset_s,
            "clock_error_s": self.clock.error_s,
        }
