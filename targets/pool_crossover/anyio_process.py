"""The work is handed to a process by `anyio.to_process`, which keeps its workers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_process
from fastapi import Response

from targets.asgi_app import asgi_app
from targets.pool_crossover.telling import mean_rss, seconds_until, telling
from targets.pool_crossover.work import ARGUMENT, begin, compute, done


@asynccontextmanager
async def _told() -> AsyncIterator[None]:
    pids: list[int] = []

    async def first_task() -> None:
        pids.append(await to_process.run_sync(begin))

    async with telling(await seconds_until(first_task), lambda: mean_rss(pids)):
        yield


app = asgi_app(_told())


@app.get("/work")
async def work() -> Response:
    """Have a process do it."""
    return done(await to_process.run_sync(compute, ARGUMENT))
