"""The user class that scenarios build on.

from locust import task

from bench.load.users import HttpUser

class Reader(HttpUser):
    @task
    def read(self):
        self.client.get("/articles/1")
"""

from __future__ import annotations

import locust
from locust.exception import LocustError

from bench.load.environment import LoadEnvironment
from bench.load.http.client import HttpClient
from bench.load.pacing.waiting import waiting


class HttpUser(locust.User):
    """A Locust user whose `client` is lean: see `bench.load.http.client`."""

    abstract = True

    def __init__(self, environment: LoadEnvironment) -> None:
        super().__init__(environment)
        if not isinstance(environment, LoadEnvironment):
            raise LocustError("bench.load.users.HttpUser runs under `bench run`, not `locust`")
        self.client = HttpClient(environment.endpoint, environment.stage.open_log(self))

    def think(self, seconds: float) -> None:
        """Wait inside of a task, as a user who thinks."""
        with waiting(self):
            self.environment.stage.think(seconds)
