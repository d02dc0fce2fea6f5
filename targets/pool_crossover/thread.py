"""The work is handed to a thread, with a reference to its argument."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import Response

from targets.asgi_app import asgi_app
from targets.pool_crossover.telling import rss_bytes, seconds_until, telling
from targets.pool_crossover.work import ARGUMENT, begin, compute, done


@asynccontextmanager
async def _told() -> AsyncIterator[None]:
    start_up_s = await seconds_until(lambda: to_thread.run_sync(begin))
    async with telling(start_up_s, lambda: rss_bytes(os.getpid())):
        yield


app = asgi_app(_told())


@app.get("/work")
async def work() -> Response:
    """Have a thread do it."""
    return done(await to_thread.run_sync(compute, ARGUMENT))
