"""The work is handed to a process of a pool."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.observing import observe
from targets.offload.done import count_done, done
from targets.offload.kinds import work
from targets.process_pool import process_pool

_pids: set[int] = set()


@asynccontextmanager
async def _pool() -> AsyncIterator[None]:
    async with process_pool(app):
        yield


app = asgi_app(_pool(), count_done())


def work_and_tell() -> int:
    """Work, and say in which process."""
    work()
    return os.getpid()


@app.post("/work")
async def do() -> Response:
    """Have a process of the pool do it, and report how many different ones did."""
    pid = await asyncio.get_running_loop().run_in_executor(app.state.pool, work_and_tell)
    _pids.add(pid)
    observe({"processes": (float(len(_pids - {os.getpid()})), "")})
    return done()
