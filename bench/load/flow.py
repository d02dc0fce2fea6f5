"""Declared flows: a user that sends the same requests in order, again and again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from locust import constant, task

from bench.load.configuration import FlowStep
from bench.load.users import HttpUser


def build_flow_user(flow: tuple[FlowStep, ...]) -> type[HttpUser]:
    """Return the user class of a declared flow."""

    class FlowUser(HttpUser):
        """Send the requests of a flow, and think after each."""

        # The last step's think time lies between two rounds: the open model has none there.
        wait_time = constant(flow[-1].think)

        def __init__(self, environment: Any) -> None:
            super().__init__(environment)
            self._sends = [_prepare(self.client.request, step) for step in flow]

        @task
        def run_flow(self) -> None:
            """Send each request once."""
            last = len(flow) - 1
            for number, (step, send) in enumerate(zip(flow, self._sends, strict=True)):
                send()
                if step.think and number < last:
                    self.think(step.think)

    return FlowUser


def _prepare(request: Callable[..., Any], step: FlowStep) -> Callable[[], object]:
    send = partial(
        request,
        step.method,
        step.path,
        name=step.name,
        headers=step.headers,
        json=step.json,
        data=step.body,
    )
    if step.status is None:
        return send
    return partial(_send_and_check, send, step.status)


def _send_and_check(send: Callable[..., Any], status: int) -> None:
    with send(catch_response=True) as response:
        if response.status_code == status:
            response.success()
        else:
            response.failure(f"status {response.status_code} instead of {status}")
