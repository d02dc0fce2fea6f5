"""Declared flows: a scenario that is data."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import groupby
from typing import Annotated, Any, Final, Literal

from pydantic import Field, model_validator

from bench.model.duration import Duration
from bench.model.record import Record

ValueName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")]
_USE: Final = re.compile(r"\$\$\{|\$\{([^{}]*)\}")
"""A place for a value, or `$${`, which is none."""

AnswerPlace = Annotated[
    str, Field(pattern=r"^(status|body|header:[^\s:]+|json:\$(\.[^.\[\]\s]+|\[[0-9]{1,9}\])*)$")
]
"""Where in an answer: `status`, `body`, `header:NAME`, `json:$.items[0].id`."""


class FlowRequest(Record):
    """One request of a declared flow; a user sends them in order, again and again.

    Requests with a weight that stand next to each other are a choice: one of them is sent.
    `${name}` in path, headers, bodies and expectations is replaced by a value.
    """

    path: str = Field(description="path and query, starting with a slash")
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = "GET"
    name: str | None = Field(
        None, description="the name in tables; default: method and path, as they are written"
    )
    weight: Annotated[float, Field(gt=0, le=1e6)] | None = Field(
        None, description="makes it one of a choice with its neighbours that have weights"
    )
    headers: dict[str, str] = Field(default_factory=dict)
    json_body: Any = Field(None, alias="json", description="a body sent as JSON")
    body: str | None = Field(None, description="a body sent as it stands")
    think: Duration = Field(0.0, description="how long the user waits after the answer")
    status: Annotated[int, Field(ge=100, le=599)] | None = Field(
        None, description="the status that is right; default: any below 400"
    )
    expect: dict[AnswerPlace, str | int | float | bool] = Field(
        default_factory=dict,
        description="what an answer has in places: header:NAME, json:$.a.b[0], body",
    )
    extract: dict[ValueName, AnswerPlace] = Field(
        default_factory=dict, description="values taken from the answer, for later requests"
    )

    @model_validator(mode="after")
    def _is_sendable(self) -> FlowRequest:
        if not self.path.startswith("/"):
            raise ValueError(f"path starts with a slash, not {self.path!r}")
        if self.json_body is not None and self.body is not None:
            raise ValueError("a request has json or body, not both")
        return self

    @property
    def uses(self) -> frozenset[str]:
        """The names of the values that it needs."""
        return _names_in([self.path, self.headers, self.json_body, self.body, self.expect])


def _names_in(document: Any) -> frozenset[str]:
    match document:
        case str():
            return frozenset(name for name in _USE.findall(document) if name)
        case dict():
            return _names_in([*document, *document.values()])
        case list() | tuple():
            return frozenset().union(*map(_names_in, document))
        case _:
            return frozenset()


def refuse_unknown_values(flow: Sequence[FlowRequest], given: Collection[str]) -> None:
    """Refuse a flow that uses a value before anything can have given it.

    Args:
        given: names of the values that each round begins with.

    Raises:
        ValueError: it names the request and the value.
    """
    known = set(given)
    # Of neighbours with weights only one is sent: what one extracts the others don't have.
    for _, group in groupby(enumerate(flow), lambda pair: -1 if pair[1].weight else pair[0]):
        requests = [request for _, request in group]
        for request in requests:
            for name in sorted(request.uses - known):
                raise ValueError(
                    f"the request {request.method} {request.path} uses ${{{name}}}, which is "
                    "neither in values nor extracted from an answer before it; write $${ for the "
                    "characters themselves"
                )
        known.update(name for request in requests for name in request.extract)


class SeededValue(Record):
    """A value of a flow, drawn anew from the trial's seed for each round; exactly one kind."""

    between: tuple[int, int] | None = Field(None, description="a whole number, both ends included")
    choice: Annotated[tuple[str | int | float | bool, ...], Field(min_length=1)] | None = Field(
        None, description="one of these"
    )
    hex: Annotated[int, Field(strict=True, ge=1, le=1024)] | None = Field(
        None, description="that many random hexadecimal digits"
    )
    count_from: Annotated[int, Field(strict=True)] | None = Field(
        None, description="the next whole number, from this one on; no two rounds share one"
    )

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> SeededValue:
        kinds = ("between", "choice", "hex", "count_from")
        given = [kind for kind in kinds if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError(
                f"a value has exactly one of {', '.join(kinds)}, not {given or 'none'}"
            )
        if self.between is not None and self.between[0] > self.between[1]:
            raise ValueError(f"between rises, unlike {list(self.between)}")
        return self
