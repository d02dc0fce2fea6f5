"""Requests of Locust's own clients: seen through its `request` event, when they have ended.

`HttpUser` and `FastHttpUser` are seen at the send, too, by a wrapper around `request` of their
client; of other users it is only known that a task is under way.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import locust
from gevent import Greenlet, getcurrent
from locust.clients import HttpSession
from locust.contrib.fasthttp import FastHttpSession

from bench.load.http.names import name_as_ours
from bench.load.http.outcomes import CHECK_FAILED, OK, outcome_of_exception, outcome_of_status
from bench.load.http.reasons import reason_of, reason_of_status
from bench.load.recording.journal import Journal
from bench.load.recording.recorder import OpenRequest, Recorder

__all__ = ["StockRequests", "name_as_ours", "outcome_of_event"]


class StockRequests:
    """Record the requests of users whose client is not ours."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._journals: dict[Greenlet, Journal] = {}
        self._open: dict[Greenlet, OpenRequest] = {}

    def follow(self, user: locust.User, greenlet: Greenlet, journal: Journal) -> bool:
        """Follow a user's requests; return whether they are seen at the send."""
        self._journals[greenlet] = journal
        greenlet.link(self._forget)
        client = getattr(user, "client", None)
        if not isinstance(client, HttpSession | FastHttpSession):
            return False
        client.request = self._noting_sends(client.request, journal)  # type: ignore[method-assign]
        return True

    def on_request(
        self,
        request_type: str,
        name: str,
        response_time: float | None,
        response_length: int | None,
        exception: BaseException | None = None,
        start_time: float | None = None,
        response: Any = None,
        **_: object,
    ) -> None:
        """Record a request that has ended: a listener for Locust's `request` event."""
        greenlet = getcurrent()
        journal = self._journals.get(greenlet)
        if journal is None:  # fired by a helper greenlet of the scenario's
            journal = Journal(self._recorder, "users")
        duration_s = (response_time or 0.0) / 1e3
        request = self._open.pop(greenlet, None)
        if request is None:
            request = journal.begin("")
            _move_send(request, _monotonic(start_time, duration_s))
        request.name = name_as_ours(request_type, name)
        outcome = outcome_of_event(exception, response)
        self._recorder.end(
            request,
            outcome,
            request.sent_s + duration_s,
            response_length or 0,
            _reason(outcome, exception, response),
        )

    def _noting_sends(self, request: Callable[..., Any], journal: Journal) -> Callable[..., Any]:
        def request_noted(method: str, url: str, *args: Any, **kwargs: Any) -> Any:
            greenlet = getcurrent()
            self._drop(greenlet)
            self._open[greenlet] = journal.begin(name_as_ours(method, kwargs.get("name") or url))
            response = request(method, url, *args, **kwargs)
            if not kwargs.get("catch_response"):
                self._drop(greenlet)  # the event has not come, so this was no request
            return response

        return request_noted

    def _drop(self, greenlet: Greenlet) -> None:
        request = self._open.pop(greenlet, None)
        if request is not None:
            self._recorder.discard(request)

    def _forget(self, greenlet: Greenlet) -> None:
        self._journals.pop(greenlet, None)
        self._open.pop(greenlet, None)


def outcome_of_event(exception: BaseException | None, response: Any) -> str:
    """Return the outcome of a request that Locust reported."""
    if exception is None:
        return OK
    status = getattr(response, "status_code", 0) or 0
    if (of_status := outcome_of_status(status)) != OK:
        return of_status
    return CHECK_FAILED if status else outcome_of_exception(exception)


def _reason(outcome: str, exception: BaseException | None, response: Any) -> str:
    if outcome == OK:
        return ""
    if outcome.startswith("http-"):
        return reason_of_status(response.status_code)
    return reason_of(exception)


def _monotonic(start_time: float | None, duration_s: float) -> float:
    if start_time is None:
        return time.perf_counter() - duration_s
    return start_time + time.perf_counter() - time.time()


def _move_send(request: OpenRequest, sent_s: float) -> None:
    """Correct the send of a request that was only heard of when it had ended."""
    if request.intended_s == request.sent_s:  # it had no ticket
        request.intended_s = sent_s
    request.sent_s = sent_s
