"""A blocking client inside `async def`: while it waits, the event loop stands still."""

from __future__ import annotations

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.blocking_call.blocking_fetch import fetch
from targets.blocking_call.time_wait import time_wait
from targets.blocking_call.upstream import UPSTREAM_URL

app = asgi_app(time_wait(UPSTREAM_URL))


@app.get("/call")
async def call() -> Response:
    """Ask the upstream from the event loop's own thread: the mistake that is measured."""
    return Response(fetch(), media_type="application/json")
