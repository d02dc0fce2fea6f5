"""Paced users: a scenario's users, told by the stage when their tasks are due."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import locust
from gevent import Greenlet
from gevent.pool import Group
from locust.user.task import TaskSet

from bench.load.environment import LoadEnvironment
from bench.load.parked_users import ParkedUser


def make_paced(user_class: type[locust.User], host: str) -> type[locust.User]:
    """Return a subclass whose users pace themselves by their environment's stage."""
    bases = (user_class,) if issubclass(user_class, ParkedUser) else (_Paced, user_class)
    make_class: Any = type(user_class)  # Locust's own metaclass, which collects the tasks
    paced: type[locust.User] = make_class(
        user_class.__name__,
        bases,
        {"abstract": False, "host": host, "__module__": user_class.__module__},
    )
    return paced


def route_pauses_to_users() -> None:
    """Let every task set pause by its user's stage.

    `User.run` is final and makes a task set of Locust's own class, and scenarios nest task sets
    of theirs, so there is no class of ours to override: the sleep of all of them is replaced.
    """
    TaskSet._sleep = _sleep_by_stage  # type: ignore[method-assign]


def _sleep_by_stage(task_set: TaskSet, seconds: float) -> None:
    user = task_set.user
    user.environment.stage.pause(user, seconds)


class _Paced:
    """Mixed in before a scenario's user class."""

    environment: LoadEnvironment

    def start(self: Any, group: Group) -> Greenlet:
        """Start the user, and tell the stage."""
        greenlet = super().start(group)  # type: ignore[misc]
        self.environment.stage.expect(self, greenlet)
        return greenlet

    def on_start(self: Any) -> None:
        """Wait for the first task, as the stage says."""
        self.environment.stage.enter(self, super().on_start)  # type: ignore[misc]

    def on_stop(self: Any) -> None:
        """Run the scenario's own `on_stop`, then close the connections."""
        try:
            super().on_stop()  # type: ignore[misc]
        finally:
            close_connections(self)


def close_connections(user: Any) -> None:
    """Close what a user's client holds open, ours and Locust's own alike."""
    client: Any = getattr(user, "client", None)
    # FastHttpUser's session has no `close`; its user agent, one level down, has.
    inner: Any = getattr(client, "client", None)
    for closable in (client, inner):
        with suppress(AttributeError, OSError):
            closable.close()
