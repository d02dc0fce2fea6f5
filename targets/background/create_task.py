"""`asyncio.create_task`, with the reference kept until the job is done."""

from __future__ import annotations

import asyncio

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.background.jobs import add_job_routes, async_job, jobs, signed_up, watch_jobs

_kept: set[asyncio.Task[None]] = set()
app = asgi_app(watch_jobs())
add_job_routes(app)


@app.post("/signup")
async def sign_up() -> Response:
    """Start the job, and answer."""
    task = asyncio.create_task(async_job(jobs.begin()))
    _kept.add(task)
    task.add_done_callback(_kept.discard)
    return signed_up()
