"""`await asyncio.sleep` in `async def`: the event loop is free meanwhile."""

from __future__ import annotations

import asyncio

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.loop_stall.slow_work import BODY, SLEEP_S

app = asgi_app()


@app.get("/slow")
async def sleep_suspended() -> Response:
    """Give the event loop back until the time has passed."""
    await asyncio.sleep(SLEEP_S)
    return Response(BODY, media_type="application/json")
