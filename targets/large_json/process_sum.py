"""The raw body, parsed in another process, which returns the two numbers alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request, Response

from targets.asgi_app import asgi_app
from targets.large_json.summing import answer, parse_and_sum
from targets.process_pool import process_pool


@asynccontextmanager
async def _pool() -> AsyncIterator[None]:
    async with process_pool(app):
        yield


app = asgi_app(_pool())


@app.post("/sum")
async def add_up(request: Request) -> Response:
    """Hand the body to a process."""
    body = await request.body()
    loop = asyncio.get_running_loop()
    return answer(await loop.run_in_executor(app.state.pool, parse_and_sum, body))
