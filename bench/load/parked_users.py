"""Parked users: Locust spawns, counts and stops them, and callbacks of the hub do their work.

Locust knows a user by its greenlet. A parked user's is never started, so it costs no stack; when it
is killed, by Locust or by the user itself, the user is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import locust
from gevent import Greenlet
from gevent.pool import Group
from locust.user.task import LOCUST_STATE_RUNNING, LOCUST_STATE_STOPPING

from bench.load.flows.book import Books
from bench.load.recording.recorder import Recorder, Ticket


class Host(Protocol):
    """A stage as parked users see it: it lets them in, and says when they begin their rounds."""

    recorder: Recorder
    books: Books

    def admit(self, user: ParkedUser) -> None:
        """Let in a user that was started; its rounds begin when it is told so."""

    def round_over(self, user: ParkedUser, think_s: float) -> None:
        """Take note that a user's round is over; its scenario wants to think for so long."""


class ParkedUser(locust.User):
    """A user whose work is done by callbacks; subclasses define it, and never block."""

    abstract = True

    environment: Any
    host_stage: Host

    def connect(self, then: Callable[[], None]) -> None:
        """Get ready ahead of the first round; call `then` when that is done, or has failed."""
        raise NotImplementedError

    def begin(self, ticket: Ticket | None = None) -> None:
        """Begin a round; with a ticket, its first request was meant to be sent then."""
        raise NotImplementedError

    def think(self, seconds: float, then: Callable[[], None]) -> None:
        """Think, and go on with `then`."""
        raise NotImplementedError

    def leave(self) -> bool:
        """Begin nothing more; return whether nothing is under way, so that the user may go now.

        Otherwise it calls `gone` when it has ended.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Let go of connections and timers, whatever is under way; once more does nothing."""
        raise NotImplementedError

    # --- what Locust calls ---

    def start(self, group: Group) -> Greenlet:
        """Join the running users."""
        greenlet = Greenlet(_do_nothing, self)
        greenlet.rawlink(lambda _: self.close())
        group.add(greenlet)
        self._greenlet, self._group = greenlet, group
        self._state = LOCUST_STATE_RUNNING
        self.host_stage = self.environment.stage
        self.host_stage.admit(self)
        return greenlet

    def stop(self, force: bool = False) -> bool:
        """Stop, at once or when what is under way has ended; return whether it was at once."""
        if self._state != LOCUST_STATE_STOPPING:
            self._state = LOCUST_STATE_STOPPING
            if not self.leave() and not force:
                return False
        elif not force:
            return False
        self.gone()
        return True

    def gone(self) -> None:
        """Take note that the user has ended."""
        self._group.killone(self._greenlet, block=False)


def _do_nothing(user: ParkedUser) -> None:
    """Stand for a user's work in a greenlet that is never started."""
