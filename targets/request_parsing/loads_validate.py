"""The raw body, `json.loads`, `model_validate`: by way of dictionaries."""

from __future__ import annotations

import json

from fastapi import HTTPException, Request, Response
from pydantic import ValidationError

from targets.asgi_app import asgi_app
from targets.request_parsing.order import Order, accepted, refused

app = asgi_app()


@app.post("/orders")
async def take(request: Request) -> Response:
    """Parse, then validate."""
    try:
        return accepted(Order.model_validate(json.loads(await request.body())))
    except ValidationError as error:
        raise refused(error) from None
    except json.JSONDecodeError:
        raise HTTPException(422, detail=[{"type": "json_invalid"}]) from None
