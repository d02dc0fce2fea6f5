"""A declared `dict`: parsed, and hardly validated."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.request_parsing.order import accepted

app = asgi_app()


@app.post("/orders")
async def take(order: dict[str, Any]) -> Response:
    """Take any object."""
    return accepted(order)
