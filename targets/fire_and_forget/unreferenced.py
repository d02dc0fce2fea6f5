"""`asyncio.create_task`, and nobody keeps the task."""

from __future__ import annotations

import asyncio

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.fire_and_forget.jobs import add_routes, job

app = asgi_app()
add_routes(app)


@app.post("/job")
async def start() -> Response:
    """Start a job and forget it."""
    asyncio.create_task(job())  # noqa: RUF006 - the mistake that is measured
    return Response(b"{}", media_type="application/json")
