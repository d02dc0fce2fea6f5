"""Requests that take as long as they say, and jobs that answers leave behind, as FastAPI."""

from __future__ import annotations

import asyncio
import os

from fastapi import BackgroundTasks, Response

from targets.asgi_app import asgi_app
from targets.shutdown.jobs import write_down

app = asgi_app()


@app.get("/wait/{wait_ms}")
async def wait(wait_ms: int) -> Response:
    """Take a while."""
    await asyncio.sleep(wait_ms / 1000)
    return Response(b'{"ok":1}', media_type="application/json")


@app.post("/job/{job_ms}")
async def leave(job_ms: int, background: BackgroundTasks) -> Response:
    """Answer, then do the job."""
    background.add_task(_job, job_ms / 1000)
    return Response(b'{"ok":1}', media_type="application/json", background=background)


@app.get("/pid")
async def pid() -> Response:
    """Say which process this is."""
    return Response(str(os.getpid()), media_type="text/plain")


async def _job(job_s: float) -> None:
    await asyncio.sleep(job_s)
    write_down()
