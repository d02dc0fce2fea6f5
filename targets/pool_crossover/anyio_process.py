"""The work is handed to a process by `anyio.to_process`, which keeps its workers."""

from __future__ import annotations

from anyio import to_process
from fastapi import Response

from targets.asgi_app import asgi_app
from targets.pool_crossover.work import ARGUMENT, compute, done

app = asgi_app()


@app.get("/work")
async def work() -> Response:
    """Have a process do it."""
    return done(await to_process.run_sync(compute, ARGUMENT))
