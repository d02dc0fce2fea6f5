"""Checks in Python: what a scenario's own code says of an answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from bench.load.configuration import FlowStep
from bench.load.flows.places import Answered
from bench.load.flows.requests import Check, PreparedRequest, prepare_request
from bench.load.flows.template import Values
from bench.load.http.request_bytes import RequestBuilder
from bench.load.http.response import Headers


class CheckedAnswer:
    """An answer as a check sees it."""

    def __init__(self, answer: Answered, values: Values) -> None:
        self.status = answer.status
        self.headers = Headers(answer.headers)
        self.body = answer.body
        self.values = values
        """Those of the round."""

    def json(self) -> Any:
        """Return the body, read as JSON.

        Raises:
            ValueError: it is none.
        """
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Request(FlowStep):
    """A request of a flow in a Python scenario."""

    check: Callable[[CheckedAnswer], bool | str | None] | None = None
    """Returns what is wrong, or False; what it raises is a failed check too.

    It is called by the hub between two answers, so it must be quick and must not block.
    """


def prepare_flow(flow: Sequence[FlowStep], builder: RequestBuilder) -> list[PreparedRequest]:
    """Prepare the requests of a flow.

    Raises:
        ValueError: the flow is empty, or one of them can't be sent.
    """
    if not flow:
        raise ValueError("a flow has one request at least")
    return [prepare_request(step, builder, _checks_of(step)) for step in flow]


def _checks_of(step: FlowStep) -> tuple[Check, ...]:
    check = getattr(step, "check", None)
    return () if check is None else (partial(_ask, check),)


def _ask(
    check: Callable[[CheckedAnswer], bool | str | None], answer: Answered, values: Values
) -> str:
    said = check(CheckedAnswer(answer, values))
    if said is False:
        return f"{getattr(check, '__name__', 'the check')} said no"
    return said if isinstance(said, str) else ""
