"""An async client inside `async def`: the event loop serves others while one request waits."""

from __future__ import annotations

import httpx
from fastapi import Response

from targets.asgi_app import asgi_app
from targets.blocking_call.time_wait import time_wait
from targets.blocking_call.upstream import MAX_CONNECTIONS, TIMEOUT_S, UPSTREAM_URL

client = httpx.AsyncClient(
    limits=httpx.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_CONNECTIONS),
    timeout=TIMEOUT_S,
    trust_env=False,
)
app = asgi_app(time_wait(UPSTREAM_URL), client)


@app.get("/call")
async def call() -> Response:
    """Ask the upstream with the client that all requests share."""
    answer = await client.get(UPSTREAM_URL)
    answer.raise_for_status()
    return Response(answer.content, media_type="application/json")
