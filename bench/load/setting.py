"""The setting of all steps: Locust's runner, and what steps tell the outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import locust
from gevent import Greenlet
from locust.runners import LocalRunner

from bench.load.configuration import LoadConfig
from bench.load.control import ControlChannel
from bench.load.environment import LoadEnvironment
from bench.load.recording.spool import Spool


@dataclass(frozen=True, slots=True)
class Setting:
    """What steps are run with."""

    config: LoadConfig
    environment: LoadEnvironment
    runner: LocalRunner
    spool: Spool
    control: ControlChannel
    spawn: Callable[..., Greenlet]
    """Starts a greenlet whose failure ends the driver."""

    def announce_start(self) -> None:
        """Fire Locust's `test_start`, as its runner does where it is told a number of users."""
        test_start: Any = self.environment.events.test_start
        test_start.fire(environment=self.environment)

    def spawn_users(self, user_class: type[locust.User], count: int) -> None:
        """Let Locust start more users of a class at once."""
        self.runner.spawn_users({user_class.__name__: count})
