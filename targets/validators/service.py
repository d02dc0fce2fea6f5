"""`POST /records`: takes a record as its body, or (stratum `library`) validates 200 of its own.

The thirty fields are ten names, ten counts and ten notes. In `route` FastAPI parses and validates
the body, as it does for any declared parameter. In `library` nothing is read or parsed: the work is
almost pydantic's alone, and what a validator costs is not lost in the request.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Response
from pydantic import BaseModel, TypeAdapter

from targets.asgi_app import asgi_app

FIELDS = 10
OBJECTS = 200
ACCEPTED = b'{"accepted":true}'
Make = Callable[[], dict[str, Any]]
Handler = Callable[..., Awaitable[Response]]


def flat_record() -> dict[str, Any]:
    """Make a record with all thirty fields side by side."""
    return {
        **{f"name_{number}": f"name {number}" for number in range(FIELDS)},
        **{f"count_{number}": number + 1 for number in range(FIELDS)},
        **{f"note_{number}": "nothing" for number in range(FIELDS)},
    }


def make_service(model: type[BaseModel] | Any, record: Make = flat_record) -> FastAPI:
    """Make the service for a model, or a union of models.

    Args:
        model: what is validated.
        record: makes what it accepts, for `library`.
    """
    app = asgi_app()
    chosen = {"library": _many_of, "route": _one_of}[os.environ["STRATUM_PLACE"]]
    app.add_api_route("/records", chosen(model, record), methods=["POST"])
    return app


def _many_of(model: Any, record: Make) -> Handler:
    many: TypeAdapter[Any] = TypeAdapter(list[model])
    objects = [record() for _ in range(OBJECTS)]

    async def validate_many() -> Response:
        many.validate_python(objects)
        return Response(ACCEPTED, media_type="application/json")

    return validate_many


def _one_of(model: Any, _: Make) -> Handler:
    async def take(record: Any) -> Response:
        assert record is not None
        return Response(ACCEPTED, media_type="application/json")

    # As if it were written there: a name that only this function knows can't be.
    take.__annotations__["record"] = model
    return take
