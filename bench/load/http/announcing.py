"""Announcing: requests are told to those of a scenario who listen to Locust's `request` event.

Where nobody does, nothing of this is used, and costs nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from bench.load.http.outcomes import CHECK_FAILED, OK, BadStatusError, CheckFailedError
from bench.load.http.request_log import RequestLog
from bench.load.http.response import Response


class AnnouncingLog:
    """Tell a user's log of a request, then the listeners.

    Args:
        fire: calls the listeners.
        user_context: returns what the user adds to the context of its requests.
    """

    def __init__(
        self,
        log: RequestLog,
        fire: Callable[..., object],
        user_context: Callable[[], Mapping[str, Any]],
    ) -> None:
        self._log = log
        self._fire = fire
        self._user_context = user_context

    def begin(self, name: str) -> Any:
        """Note that a request is sent now."""
        return self._log.begin(name)

    def end(self, request: Any, response: Response) -> None:
        """Note what became of it, and announce it."""
        self._log.end(request, response)
        self._fire(
            request_type=response.method,
            name=response.name.removeprefix(f"{response.method} "),
            response_time=response.service_s * 1e3,
            response_length=len(response.content),
            exception=_exception_of(response),
            start_time=time.time() - (time.perf_counter() - response.sent_s),
            url=response.url,
            response=response,
            context={**self._user_context(), **(response.context or {})},
        )

    def reconnected(self) -> None:
        """Note that a connection was replaced."""
        self._log.reconnected()


def _exception_of(response: Response) -> Exception | None:
    if response.outcome == OK:
        return None
    if response.error is not None:
        return response.error
    kind = CheckFailedError if response.outcome == CHECK_FAILED else BadStatusError
    return kind(response.reason)
