"""How the upstream is asked, and the answer that all variants give."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import Response

from targets.observing import Count, Rate, observing

_URL = f"{os.environ['UPSTREAM_URL']}/wait/{os.environ['STRATUM_UPSTREAM_LATENCY_MS']}"
CALLS = 3
client = httpx.AsyncClient(
    limits=httpx.Limits(max_connections=200, max_keepalive_connections=200),
    timeout=30.0,
    trust_env=False,
)
_tasks, _answered = Count(), Count()


async def call() -> int:
    """Ask the upstream, and return the length of its answer."""
    answer = await client.get(_URL)
    answer.raise_for_status()
    return len(answer.content)


def answer(lengths: Sequence[int]) -> Response:
    """Answer with what came together."""
    _answered.value += 1
    return Response(b'{"bytes":%d}' % sum(lengths), media_type="application/json")


@asynccontextmanager
async def count_tasks() -> AsyncIterator[None]:
    """Observe how many tasks were made for each request that was answered.

    A factory counts all tasks of the loop, whoever makes them: the server makes one per request.
    """

    def make_task(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> Any:
        _tasks.value += 1
        return asyncio.Task(coroutine, loop=loop, **options)

    loop = asyncio.get_running_loop()
    loop.set_task_factory(make_task)
    made, answered = Rate(lambda: _tasks.value), Rate(lambda: _answered.value)

    def look() -> dict[str, tuple[float, str]]:
        per_s = answered.per_second()
        tasks_per_s = made.per_second()
        return {"tasks_per_request": (tasks_per_s / per_s, "")} if per_s else {}

    async with client, observing(look, every_s=1.0):
        yield
