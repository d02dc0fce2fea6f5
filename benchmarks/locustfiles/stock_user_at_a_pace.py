"""Stock Locust with one request per user and period."""

from __future__ import annotations

import os

from locust import FastHttpUser, constant_pacing, task


class Caller(FastHttpUser):
    """Call the same route once in each period."""

    wait_time = constant_pacing(float(os.environ["PERIOD_S"]))

    @task
    def call(self) -> None:
        """Send one request."""
        self.client.get("/")
