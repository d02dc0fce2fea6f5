"""The raw body and `model_validate_json`: parsed and validated in one go, in Rust."""

from __future__ import annotations

from fastapi import Request, Response
from pydantic import ValidationError

from targets.asgi_app import asgi_app
from targets.request_parsing.order import Order, accepted, refused

app = asgi_app()


@app.post("/orders")
async def take(request: Request) -> Response:
    """Validate the bytes."""
    try:
        return accepted(Order.model_validate_json(await request.body()))
    except ValidationError as error:
        raise refused(error) from None
