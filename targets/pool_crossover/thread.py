"""The work is handed to a thread, with a reference to its argument."""

from __future__ import annotations

from anyio import to_thread
from fastapi import Response

from targets.asgi_app import asgi_app
from targets.pool_crossover.work import ARGUMENT, compute, done

app = asgi_app()


@app.get("/work")
async def work() -> Response:
    """Have a thread do it."""
    return done(await to_thread.run_sync(compute, ARGUMENT))
