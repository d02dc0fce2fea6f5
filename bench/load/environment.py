"""Locust's environment, and what our users need to know beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol

import locust
from gevent import Greenlet
from locust.env import Environment
from locust.stats import RequestStats

from bench.load.http.client import Endpoint, RequestLog


class Stage(Protocol):
    """What users act on: a step in one of the load models, or a probe."""

    def open_log(self, user: locust.User) -> RequestLog:
        """Return where a user's requests are noted."""

    def expect(self, user: locust.User, greenlet: Greenlet) -> None:
        """Note that a user was started."""

    def enter(self, user: locust.User, on_start: Callable[[], None]) -> None:
        """Run what the scenario does first; hold the user back until its first task is due."""

    def pause(self, user: locust.User, seconds: float) -> None:
        """Hold a user back until its next task is due; its scenario asks for `seconds`."""

    def think(self, seconds: float) -> None:
        """Hold a user back inside of a task."""


GRACE_S: Final = 5.0
"""How long requests in flight may take to end when a step is stopped."""


class LoadEnvironment(Environment):
    """Locust's environment, without Locust's own statistics; `stage` is set before users start."""

    stage: Stage

    def __init__(
        self, endpoint: Endpoint, *, host: str, user_classes: list[type[locust.User]]
    ) -> None:
        super().__init__(
            # Locust's module-wide events are those that scenario files listen to.
            events=locust.events,
            host=host,
            user_classes=user_classes,
            stop_timeout=GRACE_S,
        )
        self.stats = _NoStatistics()
        self.endpoint = endpoint
        self.worker = 0
        """The index of this process among those that generate the load together."""
        self.workers = 1


class _NoStatistics(RequestStats):
    """Locust's statistics are rounded and cost time; nobody reads them here."""

    def log_request(self, *_: Any) -> None:
        """Ignore it."""

    def log_error(self, *_: Any) -> None:
        """Ignore it."""
