"""The work is handed to a process that is started for it alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.observing import Count
from targets.pool_crossover.telling import EVERY_S, mean_rss, pool_pids, seconds_until, telling
from targets.pool_crossover.work import ARGUMENT, begin, compute, done

_weighed_at_s, _weight = Count(), Count()


async def _in_a_process(work: Callable[..., int], *arguments: bytes) -> int:
    """Start a process, have it do the work, and end it."""
    with ProcessPoolExecutor(1) as pool:
        result = await asyncio.get_running_loop().run_in_executor(pool, work, *arguments)
        _weigh()
        return result


def _weigh() -> None:
    """Weigh the process once a second before it ends: the next look would hardly ever find one."""
    now_s = time.monotonic()
    if now_s - _weighed_at_s.value >= EVERY_S:
        _weighed_at_s.value, _weight.value = now_s, mean_rss(pool_pids())


@asynccontextmanager
async def _told() -> AsyncIterator[None]:
    start_up_s = await seconds_until(lambda: _in_a_process(begin))
    async with telling(start_up_s, lambda: _weight.value):
        yield


app = asgi_app(_told())


@app.get("/work")
async def work() -> Response:
    """Have a process of its own do it."""
    return done(await _in_a_process(compute, ARGUMENT))
