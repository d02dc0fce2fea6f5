"""Users of declared flows, for flows in experiment files and for scenarios in Python.

from bench.load.flows.users import FlowUser, Request

class Reader(FlowUser):
    values = {"article": {"between": [1, 1000]}}
    flow = [
        Request("/articles/${article}", name="GET /articles/ID", expect={"json:$.ok": True}),
        Request("/ping", think=0.1),
    ]
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, ClassVar

from bench.load.configuration import FlowStep
from bench.load.flows.checks import Request
from bench.load.flows.machine import FlowMachine
from bench.load.parked_users import ParkedUser
from bench.load.recording.recorder import Ticket

__all__ = ["FlowUser", "Request"]


class FlowUser(ParkedUser):
    """A user that goes through a flow, again and again."""

    abstract = True

    flow: ClassVar[Sequence[FlowStep]] = ()
    values: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    """What `${name}` stands for; see `bench.load.flows.values`."""

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self._machine: FlowMachine | None = None

    @property
    def machine(self) -> FlowMachine:
        """What does the work, from the user's start on."""
        if self._machine is None:
            book = self.host_stage.books.of(type(self))
            seed = random.getrandbits(64)  # of the step, and so of the trial
            self._machine = FlowMachine(self.environment.endpoint, book, self, Random(seed))
        return self._machine

    def connect(self, then: Callable[[], None]) -> None:
        """Connect ahead of the first round, where connections are kept."""
        if self.environment.endpoint.keep_alive:
            self.machine.open(then)
        else:
            then()

    def begin(self, ticket: Ticket | None = None) -> None:
        """Begin a round."""
        self.machine.begin(ticket)

    def think(self, seconds: float, then: Callable[[], None]) -> None:
        """Think, and go on with `then`."""
        self.machine.think(seconds, then)

    def leave(self) -> bool:
        """Begin nothing more; return whether no request is under way."""
        return self.machine.leave()

    def close(self) -> None:
        """Close the connection."""
        if self._machine is not None:
            self._machine.end()

    def round_over(self, think_s: float) -> None:
        """Let the stage say when the next round begins."""
        self.host_stage.round_over(self, think_s)

    def left(self) -> None:
        """Go, since the last request has ended."""
        self.gone()
