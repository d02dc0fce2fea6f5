"""httpx as many first use it: a new `AsyncClient`, and with it a new connection, for each call."""

from __future__ import annotations

import httpx
from fastapi import Response

from targets.asgi_app import asgi_app
from targets.blocking_call.time_wait import time_wait
from targets.blocking_call.upstream import TIMEOUT_S, UPSTREAM_URL

app = asgi_app(time_wait(UPSTREAM_URL))


@app.get("/call")
async def call() -> Response:
    """Ask the upstream with a client that lives for this one call."""
    async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client:
        answer = await client.get(UPSTREAM_URL)
    answer.raise_for_status()
    return Response(answer.content, media_type="application/json")
