"""`POST /records`: validates one record of its own, or (stratum `library`) two hundred of them.

The thirty fields are ten names, ten counts and ten notes. Requests have no body in either stratum,
so that nothing is parsed. In `library` the work is almost pydantic's alone, and what a validator
costs is not lost in the request.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Response
from pydantic import BaseModel, TypeAdapter

from targets.asgi_app import asgi_app

FIELDS = 10
OBJECTS = 200
ACCEPTED = b'{"accepted":true}'
Make = Callable[[], dict[str, Any]]


def flat_record() -> dict[str, Any]:
    """Make a record with all thirty fields side by side."""
    return {
        **{f"name_{number}": f"name {number}" for number in range(FIELDS)},
        **{f"count_{number}": number + 1 for number in range(FIELDS)},
        **{f"note_{number}": "nothing to add" for number in range(FIELDS)},
    }


def make_service(model: type[BaseModel] | Any, record: Make = flat_record) -> FastAPI:
    """Make the service for a model, or a union of models.

    Args:
        model: what is validated.
        record: makes what it accepts.
    """
    app = asgi_app()
    adapter: TypeAdapter[Any] = TypeAdapter(model)
    many: TypeAdapter[Any] = TypeAdapter(list[model])  # type: ignore[valid-type]
    objects = [record() for _ in range(OBJECTS)]

    async def validate_many() -> Response:
        many.validate_python(objects)
        return Response(ACCEPTED, media_type="application/json")

    async def validate_one() -> Response:
        adapter.validate_python(objects[0])
        return Response(ACCEPTED, media_type="application/json")

    chosen = {"library": validate_many, "route": validate_one}[os.environ["STRATUM_PLACE"]]
    app.add_api_route("/records", chosen, methods=["POST"])
    return app
