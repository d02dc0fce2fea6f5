"""The least that a task in Python can do: one request, again and again.

`CALIBRATION_PATH` says which; it is the path of the URL that `bench calibrate` was given.
"""

from __future__ import annotations

import os
from typing import Final

from locust import task

from bench.load.users import HttpUser

_PATH: Final = os.environ.get("CALIBRATION_PATH", "/")


class Caller(HttpUser):
    """Call one route without thinking."""

    @task
    def call(self) -> None:
        """Send one request."""
        self.client.get(_PATH)
