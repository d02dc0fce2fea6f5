"""Flows on the client for Python tasks: for TLS, and for the few requests of a probe."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, ClassVar, Final

from locust import task

from bench.load.configuration import FlowStep
from bench.load.flows.checks import prepare_flow
from bench.load.flows.requests import PreparedRequest
from bench.load.flows.rounds import choose_rounds
from bench.load.flows.template import MissingValueError, Template, fill
from bench.load.flows.values import ValueSource
from bench.load.http.outcomes import OK
from bench.load.http.response import Response
from bench.load.users import HttpUser

_PAUSE_S: Final = 0.010
"""After a round that could not go on."""


class FlowTaskUser(HttpUser):
    """A user that goes through a flow, one round in each task."""

    abstract = True

    flow: ClassVar[Sequence[FlowStep]] = ()
    values: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    _source: ClassVar[ValueSource | None] = None
    """Shared by all users of a class, so that no two count the same numbers."""

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        cls = type(self)
        if cls._source is None:
            cls._source = ValueSource(
                cls.values, worker=environment.worker, workers=environment.workers
            )
        self._think_s = 0.0
        self._random = Random(random.getrandbits(64))
        prepared = prepare_flow(cls.flow, environment.endpoint.builder)
        self._choose = choose_rounds(prepared, [one.step.weight for one in prepared])

    def wait_time(self) -> float:
        """Return the think time after a round: that of its last request."""
        return self._think_s

    @task
    def run_round(self) -> None:
        """Send the requests of a round."""
        assert self._source is not None
        values = self._source.draw(self._random)
        requests = self._choose(self._random)
        self._think_s = requests[-1].step.think
        for request in requests:
            try:
                self._send(request, values)
            except MissingValueError:  # the answer that was to give it has failed, and is counted
                self._think_s = _PAUSE_S
                return
            except ValueError as error:
                step = request.step
                self.client.note_unsendable(step.method, step.path, request.name, error)
                self._think_s = _PAUSE_S
                return
            if request.step.think and request is not requests[-1]:
                self.think(request.step.think)

    def _send(self, request: PreparedRequest, values: dict[str, Any]) -> None:
        step = request.step
        with self.client.request(
            step.method,
            Template(step.path).render(values),
            name=request.name,
            headers={
                Template(name).render(values): Template(value).render(values)
                for name, value in (step.headers or {}).items()
            },
            json=fill(step.json, values),
            data=None if step.body is None else Template(step.body).render(values),
            allow_redirects=False,
            catch_response=True,
        ) as response:
            _judge(request, response, values)


def as_tasks(user_class: Any) -> type[FlowTaskUser]:
    """Return a class of users that does in tasks what a flow user does by callbacks."""
    make_class: Any = type(FlowTaskUser)  # Locust's own metaclass
    made: type[FlowTaskUser] = make_class(
        user_class.__name__,
        (FlowTaskUser,),
        {
            "abstract": False,
            "flow": user_class.flow,
            "values": user_class.values,
            "weight": user_class.weight,
            "fixed_count": user_class.fixed_count,
            "__module__": user_class.__module__,
        },
    )
    return made


class _Judged:
    def __init__(self, response: Response) -> None:
        self.status = response.status_code
        self.headers = response.headers.pairs
        self.body = response.content


def _judge(request: PreparedRequest, response: Any, values: dict[str, Any]) -> None:
    if response.error is not None:
        return
    verdict = request.judge(_Judged(response), values)
    if verdict.outcome == OK:
        response.success()
    elif verdict.outcome == response.outcome:
        return  # a bad status, noted already
    else:
        response.failure(verdict.reason)
    values.update(verdict.extracted or {})
