"""The raw body, read and thrown away: the floor that every other way stands on."""

from __future__ import annotations

from fastapi import Request, Response

from targets.asgi_app import asgi_app
from targets.request_parsing.order import accepted

app = asgi_app()


@app.post("/orders")
async def take(request: Request) -> Response:
    """Read the bytes, and no more."""
    return accepted(await request.body())
