"""The work is handed to a warm process of a `ProcessPoolExecutor`, with a copy of its argument."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.pool_crossover.telling import mean_rss, pool_pids, telling
from targets.pool_crossover.work import ARGUMENT, compute, done
from targets.process_pool import process_pool


def _worker_rss() -> float:
    return mean_rss(pool_pids())


@asynccontextmanager
async def _pool() -> AsyncIterator[None]:
    async with process_pool(app), telling(app.state.start_up_s, _worker_rss):
        yield


app = asgi_app(_pool())


@app.get("/work")
async def work() -> Response:
    """Have a process do it."""
    loop = asyncio.get_running_loop()
    return done(await loop.run_in_executor(app.state.pool, compute, ARGUMENT))
