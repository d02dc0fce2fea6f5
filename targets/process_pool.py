"""A pool of processes that is warm before the first request comes."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager

from fastapi import FastAPI

WORKERS = 2
_ALL_COME_UP_S = 0.2


@asynccontextmanager
async def process_pool(app: FastAPI) -> AsyncIterator[None]:
    """Hold `WORKERS` processes as `app.state.pool`, and in `start_up_s` how soon the first worked.

    They are started by being given something to do, one each since none is free meanwhile.
    """
    began_s = time.monotonic()
    with ProcessPoolExecutor(WORKERS) as pool:
        first = pool.submit(os.getpid)
        others = [pool.submit(time.sleep, _ALL_COME_UP_S) for _ in range(WORKERS)]
        first.result()
        app.state.start_up_s = time.monotonic() - began_s
        for future in others:
            future.result()
        app.state.pool = pool
        yield
