"""httpx with the limits that it comes with: at most 100 connections, of which 20 are kept idle."""

from __future__ import annotations

import httpx
from fastapi import Response

from targets.asgi_app import asgi_app
from targets.blocking_call.time_wait import time_wait
from targets.blocking_call.upstream import TIMEOUT_S, UPSTREAM_URL

client = httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False)
app = asgi_app(time_wait(UPSTREAM_URL), client)


@app.get("/call")
async def call() -> Response:
    """Ask the upstream with the client that all requests share."""
    answer = await client.get(UPSTREAM_URL)
    answer.raise_for_status()
    return Response(answer.content, media_type="application/json")
