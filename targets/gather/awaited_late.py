"""Tasks that are made first and awaited later, one after the other."""

from __future__ import annotations

import asyncio

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.gather.upstream import CALLS, answer, call, count_tasks

app = asgi_app(count_tasks())


@app.get("/calls")
async def calls() -> Response:
    """Start all three, then wait for each."""
    tasks = [asyncio.create_task(call()) for _ in range(CALLS)]
    return answer([await task for task in tasks])
