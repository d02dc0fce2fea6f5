"""`asyncio.create_task`, with the task kept until it is done."""

from __future__ import annotations

import asyncio

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.fire_and_forget.jobs import add_routes, job

_kept: set[asyncio.Task[None]] = set()
app = asgi_app()
add_routes(app)


@app.post("/job")
async def start() -> Response:
    """Start a job and keep it."""
    task = asyncio.create_task(job())
    _kept.add(task)
    task.add_done_callback(_kept.discard)
    return Response(b"{}", media_type="application/json")
