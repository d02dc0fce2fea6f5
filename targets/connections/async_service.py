"""FastAPI: a connection is an object of the event loop's."""

from __future__ import annotations

import asyncio

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.ping import PING_BODY

HOLD_S = 300.0
app = asgi_app()


@app.get("/hold")
async def hold() -> Response:
    """Answer after minutes."""
    await asyncio.sleep(HOLD_S)
    return Response(PING_BODY, media_type="application/json")
