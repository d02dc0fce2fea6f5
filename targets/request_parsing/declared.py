"""A declared parameter: FastAPI reads JSON with the standard library, and pydantic validates it."""

from __future__ import annotations

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.request_parsing.order import Order, accepted

app = asgi_app()


@app.post("/orders")
async def take(order: Order) -> Response:
    """Take what FastAPI has made of the body."""
    return accepted(order)
