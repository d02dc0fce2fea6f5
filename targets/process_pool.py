"""A pool of processes that is warm before the first request comes."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager

from fastapi import FastAPI

WORKERS = 2
_ALL_COME_UP_S = 0.2


@asynccontextmanager
async def process_pool(app: FastAPI) -> AsyncIterator[None]:
    """Hold `WORKERS` processes as `app.state.pool`.

    They are started by being given something to do, one each since none is free meanwhile.
    """
    with ProcessPoolExecutor(WORKERS) as pool:
        for future in [pool.submit(time.sleep, _ALL_COME_UP_S) for _ in range(WORKERS)]:
            future.result()
        app.state.pool = pool
        yield
