"""A blocking client inside `async def`: while it waits, the event loop stands still."""

from __future__ import annotations

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.blocking_call.blocking_fetch import fetch

app = asgi_app()


@app.get("/call")
async def call() -> Response:
    """Ask the upstream from the event loop's own thread: the mistake that is measured."""
    return Response(fetch(), media_type="application/json")
