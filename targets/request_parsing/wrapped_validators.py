"""`model_validate_json` with validators in Python before and around the fields of each line."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response
from pydantic import ValidationError, ValidatorFunctionWrapHandler, field_validator

from targets.asgi_app import asgi_app
from targets.request_parsing import order
from targets.request_parsing.order import accepted, refused


class Line(order.Line):
    """A line whose name is looked at before it is validated, and whose price around that."""

    @field_validator("name", mode="before")
    @classmethod
    def _strip(cls, given: Any) -> Any:
        return given.strip() if isinstance(given, str) else given

    @field_validator("price", mode="wrap")
    @classmethod
    def _round(cls, given: Any, handler: ValidatorFunctionWrapHandler) -> float:
        return round(float(handler(given)), 2)


class Order(order.Order):
    """An order of such lines."""

    lines: list[Line]  # type: ignore[assignment]


app = asgi_app()


@app.post("/orders")
async def take(request: Request) -> Response:
    """Validate the bytes."""
    try:
        return accepted(Order.model_validate_json(await request.body()))
    except ValidationError as error:
        raise refused(error) from None
