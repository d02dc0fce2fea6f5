"""Another async client: aiohttp, one session that all requests share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from fastapi import Response

from targets.asgi_app import asgi_app
from targets.blocking_call.time_wait import time_wait
from targets.blocking_call.upstream import MAX_CONNECTIONS, TIMEOUT_S, UPSTREAM_URL


@asynccontextmanager
async def _session() -> AsyncIterator[None]:
    # A session belongs to the running loop, and can't be made before there is one.
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=MAX_CONNECTIONS),
        timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
    ) as session:
        app.state.session = session
        yield


app = asgi_app(time_wait(UPSTREAM_URL), _session())


@app.get("/call")
async def call() -> Response:
    """Ask the upstream with the session that all requests share."""
    async with app.state.session.get(UPSTREAM_URL) as answer:
        answer.raise_for_status()
        return Response(await answer.read(), media_type="application/json")
