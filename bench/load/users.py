"""The user classes that scenarios build on.

from locust import task

from bench.load.users import FastHttpUser

class Reader(FastHttpUser):
    @task
    def read(self):
        self.client.get("/articles/1")
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from typing import Any, Final

import locust
from locust import event as locust_event
from locust.exception import LocustError

from bench.load.environment import LoadEnvironment
from bench.load.http.announcing import AnnouncingLog
from bench.load.http.client import HttpClient
from bench.load.http.client_options import MAX_REDIRECTS, ClientOptions
from bench.load.http.request_bytes import HeaderValue
from bench.load.http.request_log import RequestLog
from bench.load.http.rest import RestMixin
from bench.load.http.tls import verifying_context
from bench.load.http.unsupported import refuse_class_options
from bench.load.pacing.waiting import waiting

_EventHook: Final[Any] = locust_event.EventHook
_NOT_THE_SCENARIOS: Final = ("bench.load.", "locust.runners", "locust.stats")
"""Modules whose listeners know of our requests by other ways, or don't want to."""


class HttpUser(RestMixin, locust.User):
    """A Locust user whose `client` is lean: see `bench.load.http.client`."""

    abstract = True

    compression: bool = False
    """Whether to ask for compressed bodies; they are unpacked in any case."""
    max_redirects: int = MAX_REDIRECTS
    default_headers: Mapping[str, HeaderValue] | None = None
    """Headers of all requests."""
    insecure: bool = True
    """Whether to take any certificate."""
    ssl_context_factory: Callable[[], ssl.SSLContext] | None = None
    """Makes the settings of TLS, in place of `insecure`."""
    network_timeout: float | None = None
    """Seconds until a response must be whole; None: as the experiment says."""
    connection_timeout: float | None = None
    """Seconds until there must be a connection; None: as the experiment says."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        refuse_class_options(cls)

    def __init__(self, environment: LoadEnvironment) -> None:
        super().__init__(environment)
        if not isinstance(environment, LoadEnvironment):
            raise LocustError("the users of bench.load.users run under `bench run`, not `locust`")
        log = _announced(environment.stage.open_log(self), environment, self)
        self.client = HttpClient(environment.endpoint, log, options=self._client_options())

    def think(self, seconds: float) -> None:
        """Wait inside of a task, as a user who thinks."""
        with waiting(self):
            self.environment.stage.think(seconds)

    def _client_options(self) -> ClientOptions:
        # Taken from the class: a function there would be bound to the user otherwise.
        make_context = type(self).ssl_context_factory
        tls = make_context() if make_context else None if self.insecure else verifying_context()
        return ClientOptions(
            max_redirects=self.max_redirects,
            compression=self.compression,
            headers=self.default_headers or {},
            tls=tls,
            timeout_s=self.network_timeout,
            connect_timeout_s=self.connection_timeout,
        )


class FastHttpUser(HttpUser):
    """For locustfiles written for Locust's `FastHttpUser`: it asks for compressed bodies, too."""

    abstract = True
    compression = True


def _announced(log: RequestLog, environment: LoadEnvironment, user: locust.User) -> RequestLog:
    """Return a log that tells the scenario's own listeners too, where there are any now."""
    request_event: Any = environment.events.request
    listeners = [one for one in request_event._handlers if not _is_not_the_scenarios(one)]
    if not listeners:
        return log
    hook = _EventHook()
    for listener in listeners:
        hook.add_listener(listener)
    return AnnouncingLog(log, hook.fire, user.context)


def _is_not_the_scenarios(listener: Any) -> bool:
    return str(getattr(listener, "__module__", None)).startswith(_NOT_THE_SCENARIOS)
