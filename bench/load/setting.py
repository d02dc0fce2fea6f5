"""The setting of all steps: Locust's runner, and what steps tell the outside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import locust
from gevent import Greenlet

from bench.load.configuration import LoadConfig
from bench.load.control import EventSink
from bench.load.environment import LoadEnvironment


class LineSink(Protocol):
    """Where a step's lines go: a spool, or a spool and a master."""

    def append(self, lines: Iterable[Mapping[str, object]]) -> None:
        """Write lines at the end."""


class StepRunner(Protocol):
    """What steps ask of Locust's runner, be it a local one or a worker's."""

    @property
    def user_count(self) -> int:
        """How many users run."""

    def start(self, user_count: int, spawn_rate: float) -> object:
        """Start so many users."""

    def stop(self) -> object:
        """Stop all users."""

    def spawn_users(self, user_classes_spawn_count: dict[str, int]) -> object:
        """Start more users, by class."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What steps are run with."""

    config: LoadConfig
    environment: LoadEnvironment
    runner: StepRunner
    spool: LineSink
    control: EventSink
    spawn: Callable[..., Greenlet]
    """Starts a greenlet whose failure ends the driver."""

    def announce_start(self) -> None:
        """Fire Locust's `test_start`, as its runner does where it is told a number of users."""
        test_start: Any = self.environment.events.test_start
        test_start.fire(environment=self.environment)

    def spawn_users(self, user_class: type[locust.User], count: int) -> None:
        """Let Locust start more users of a class at once."""
        self.runner.spawn_users({user_class.__name__: count})
