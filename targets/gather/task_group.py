"""`asyncio.TaskGroup`: three tasks side by side, none of which outlives the others' failure."""

from __future__ import annotations

import asyncio

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.gather.upstream import CALLS, answer, call, count_tasks

app = asgi_app(count_tasks())


@app.get("/calls")
async def calls() -> Response:
    """Call three times at once."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(call()) for _ in range(CALLS)]
    return answer([task.result() for task in tasks])
