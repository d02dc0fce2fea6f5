"""A blocking client handed to a thread: `async def`, but the call itself leaves the loop."""

from __future__ import annotations

from anyio import to_thread
from fastapi import Response

from targets.asgi_app import asgi_app
from targets.blocking_call.blocking_fetch import fetch
from targets.blocking_call.time_wait import time_wait
from targets.blocking_call.upstream import UPSTREAM_URL

app = asgi_app(time_wait(UPSTREAM_URL))


@app.get("/call")
async def call() -> Response:
    """Ask the upstream from a thread (anyio's default limiter: 40), and await it."""
    return Response(await to_thread.run_sync(fetch), media_type="application/json")
