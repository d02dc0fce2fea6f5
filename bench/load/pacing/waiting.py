"""Waiting users: told apart from busy ones, so that Locust can stop them at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import locust
from locust.exception import StopUser
from locust.user.task import LOCUST_STATE_RUNNING, LOCUST_STATE_STOPPING, LOCUST_STATE_WAITING


@contextmanager
def waiting(user: locust.User) -> Iterator[None]:
    """Mark a user as waiting, as Locust does between two tasks.

    Raises:
        StopUser: it was told to stop, before or meanwhile.
    """
    if user._state == LOCUST_STATE_STOPPING:
        raise StopUser
    user._state = LOCUST_STATE_WAITING
    yield
    if user._state == LOCUST_STATE_STOPPING:
        raise StopUser
    user._state = LOCUST_STATE_RUNNING
