"""The model of `POST /orders`, and the answers that all variants give."""

from __future__ import annotations

from fastapi import HTTPException, Response
from pydantic import BaseModel, ValidationError

ACCEPTED = b'{"accepted":true}'


class Line(BaseModel):
    """One line of an order."""

    product: int
    name: str
    amount: int
    price: float
    note: str


class Order(BaseModel):
    """An order of as many lines as the body is long."""

    id: int
    customer: str
    lines: list[Line]


def accepted(order: object) -> Response:
    """Answer that it was taken."""
    assert order is not None
    return Response(ACCEPTED, media_type="application/json")


def refused(error: ValidationError) -> HTTPException:
    """Answer what is wrong, as FastAPI would, if with fewer words."""
    return HTTPException(422, detail=[{"type": each["type"]} for each in error.errors()])
