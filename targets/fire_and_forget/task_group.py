"""A `TaskGroup` that lives as long as the app: it waits for its jobs, and fails with them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.fire_and_forget.jobs import CASE, add_routes, job


@asynccontextmanager
async def _group() -> AsyncIterator[None]:
    with suppress(ExceptionGroup, asyncio.CancelledError):
        async with asyncio.TaskGroup() as group:
            app.state.group = group
            yield
            if CASE == "future":
                raise asyncio.CancelledError  # nobody will ever answer


app = asgi_app(_group())
add_routes(app)


@app.post("/job")
async def start() -> Response:
    """Start a job in the group."""
    app.state.group.create_task(job())
    return Response(b"{}", media_type="application/json")
