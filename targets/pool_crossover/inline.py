"""The work is done where it is."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.pool_crossover.telling import rss_bytes, seconds_until, telling
from targets.pool_crossover.work import ARGUMENT, begin, compute, done


async def _begin() -> int:
    return begin()


@asynccontextmanager
async def _told() -> AsyncIterator[None]:
    async with telling(await seconds_until(_begin), lambda: rss_bytes(os.getpid())):
        yield


app = asgi_app(_told())


@app.get("/work")
async def work() -> Response:
    """Work right here."""
    return done(compute(ARGUMENT))
