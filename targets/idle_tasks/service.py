"""`GET /ping` beside as many idle tasks as `IDLE` says, each waiting for a descriptor of its own.

An eventfd is the smallest thing that an event loop can wait for as it does for a socket: it is
registered with the loop's selector, and never becomes readable. With `FREEZE` the collector of
garbage leaves alone what there is once the tasks wait.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from targets.asgi_app import asgi_app
from targets.observing import observing

IDLE = int(os.environ["IDLE"])
FREEZE = os.environ.get("FREEZE") == "1"


@asynccontextmanager
async def _idle_tasks() -> AsyncIterator[None]:
    loop = asyncio.get_running_loop()
    descriptors = [os.eventfd(0) for _ in range(IDLE)]
    tasks = [asyncio.create_task(_wait(loop, descriptor)) for descriptor in descriptors]
    await asyncio.sleep(0)  # until each waits
    if FREEZE:
        gc.collect()
        gc.freeze()
    kept = {"epoll": (float(_holds_epoll()), ""), "frozen": (float(gc.get_freeze_count()), "")}
    async with observing(lambda: {"tasks": (float(len(asyncio.all_tasks())), ""), **kept}, 1.0):
        yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for descriptor in descriptors:
        os.close(descriptor)


async def _wait(loop: asyncio.AbstractEventLoop, descriptor: int) -> None:
    ready = asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)


def _holds_epoll() -> bool:
    """Tell whether the process holds an epoll descriptor."""
    return any("eventpoll" in _target_of(link) for link in Path("/proc/self/fd").iterdir())


def _target_of(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:  # closed meanwhile
        return ""


app = asgi_app(_idle_tasks())
