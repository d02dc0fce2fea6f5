"""`asyncio.to_thread`: the loop's default executor, whose size depends on the cores."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.observing import observing
from targets.thread_limiter.analysing import add_sync_ping, analyse, answer


@asynccontextmanager
async def _reported() -> AsyncIterator[None]:
    # Python's own default, which is made only when it is first needed, so that it can be told.
    size = ThreadPoolExecutor()._max_workers
    async with observing(lambda: {"thread_tokens": (float(size), "")}):
        yield


app = asgi_app(_reported())
add_sync_ping(app)


@app.post("/analyze")
async def analyze(payload: list[int]) -> Response:
    """Hand the work to asyncio's default executor."""
    return answer(await asyncio.to_thread(analyse, payload))
