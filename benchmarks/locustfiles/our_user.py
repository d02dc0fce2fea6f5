"""The same as `stock_user.py`, on our client: only the import differs."""

from __future__ import annotations

from locust import constant, task

from bench.load.users import HttpUser


class Caller(HttpUser):
    """Call the same route again and again; a status of 400 or above fails."""

    wait_time = constant(0)

    @task
    def call(self) -> None:
        """Send one request."""
        self.client.get("/")
