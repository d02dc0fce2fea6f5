"""The probe: a few seeded tasks of one user, and what was answered."""

from __future__ import annotations

import random
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from time import perf_counter
from typing import Any, Final
from urllib.parse import urlsplit

import locust
from gevent import Greenlet
from gevent.pool import Group
from locust.exception import StopUser

from bench.load.configuration import BystanderPlan
from bench.load.environment import LoadEnvironment
from bench.load.flows.tasks import as_tasks
from bench.load.flows.users import FlowUser
from bench.load.http.client import HttpClient
from bench.load.http.response import Response
from bench.load.paced_users import make_paced
from bench.load.scenario import choose_user_class
from bench.load.stock_requests import name_as_ours
from bench.load.streams.probing import probe_stream
from bench.load.streams.users import StreamUser, terms_for

Answer = dict[str, object]


_MAX_BODY_BYTES: Final = 1_048_576
"""Longer bodies are compared as a whole, by their digest."""


def probe(
    environment: LoadEnvironment, bystander: BystanderPlan | None, *, seed: int, tasks: int
) -> list[Answer]:
    """Run some tasks of one user without think time, and return the answers, in order.

    The seed decides which user class, which tasks, and what they do at random.
    """
    random.seed(seed)
    stage = environment.stage = _ProbeStage(tasks)
    chosen = choose_user_class(environment.user_classes, random.Random(seed))
    if issubclass(chosen, StreamUser):
        stage.log.answers.append(probe_stream(terms_for(chosen, environment)))
    else:
        _run_tasks(chosen, environment, stage)
    if bystander is not None:
        client = HttpClient(environment.endpoint, stage.log)
        client.get(bystander.path)
        client.close()
        stage.log.answers[-1]["group"] = "bystander"
    return stage.log.answers


def _run_tasks(
    user_class: type[locust.User], environment: LoadEnvironment, stage: _ProbeStage
) -> None:
    requests: Any = environment.events.request
    requests.add_listener(stage.on_request)
    try:
        users = Group()
        _as_prober(user_class, environment.host)(environment).start(users)
        users.join()
    finally:
        requests.remove_listener(stage.on_request)


def _as_prober(user_class: type[locust.User], host: str | None) -> type[locust.User]:
    """Return users whose answers can be kept: those of flows only write rows."""
    if issubclass(user_class, FlowUser):
        return make_paced(as_tasks(user_class), host or "")
    return user_class


class _AnswerLog:
    """Keep what was answered, in the order in which the answers ended."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []

    def begin(self, _: str) -> Response:
        sent = Response("", "", "")
        sent.sent_s = perf_counter()
        return sent

    def end(self, _: object, response: Response) -> None:
        self.answers.append(
            {
                "method": response.method,
                "path": response.path,
                "name": response.name,
                "status": response.status_code or None,
                "headers": response.headers.decoded(),
                "body_base64": _encode_body(response.content),
                "error": None if response.error is None else f"{response.error}",
                "service_s": response.service_s,
            }
        )

    def reconnected(self) -> None:
        """Ignore it."""


class _ProbeStage:
    """A stage on which one user runs so many tasks, and leaves."""

    def __init__(self, tasks: int) -> None:
        self.log = _AnswerLog()
        self._left = tasks

    def open_log(self, _: locust.User) -> _AnswerLog:
        return self.log

    def expect(self, user: locust.User, greenlet: Greenlet) -> None:
        """Ignore it."""

    def enter(self, _: locust.User, on_start: Callable[[], None]) -> None:
        on_start()

    def pause(self, _: locust.User, __: float) -> None:
        self._left -= 1
        # Where no answer comes, each further task would wait for its deadline too.
        if self._left <= 0 or any(answer["status"] is None for answer in self.log.answers):
            raise StopUser

    def think(self, _: float) -> None:
        """Don't."""

    def on_request(
        self,
        request_type: str,
        name: str,
        response_time: float | None,
        response: Any = None,
        exception: BaseException | None = None,
        **_: object,
    ) -> None:
        """Keep the answer to a request of one of Locust's own clients."""
        request = getattr(response, "request", None)
        path = _path_of(getattr(request, "url", None) or name)
        status = getattr(response, "status_code", 0) or None
        headers = getattr(response, "headers", None) or {}
        error = None if status else f"{exception or 'the client gave no response'}"
        self.log.answers.append(
            {
                "method": request_type,
                "path": path,
                "name": name_as_ours(request_type, name),
                "status": status,
                "headers": [(str(key), str(value)) for key, value in headers.items()],
                "body_base64": _encode_body(getattr(response, "content", None) or b""),
                "error": error,
                "service_s": (response_time or 0.0) / 1e3,
            }
        )


def _path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _encode_body(body: bytes) -> str:
    """Encode a body, or of a long one what tells it from any other."""
    if len(body) > _MAX_BODY_BYTES:
        body = f"{len(body)} bytes, SHA-256 {sha256(body).hexdigest()}".encode()
    return b64encode(body).decode()
