"""Stock Locust at its fastest: `FastHttpUser` without think time."""

from __future__ import annotations

from locust import FastHttpUser, constant, task


class Caller(FastHttpUser):
    """Call the same route again and again; a status of 400 or above fails."""

    wait_time = constant(0)

    @task
    def call(self) -> None:
        """Send one request."""
        self.client.get("/")
