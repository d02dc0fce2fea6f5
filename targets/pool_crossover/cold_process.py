"""The work is handed to a process that is started for it alone."""

from __future__ import annotations

import asyncio
from concurrent.futures import ProcessPoolExecutor

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.pool_crossover.work import ARGUMENT, compute, done

app = asgi_app()


@app.get("/work")
async def work() -> Response:
    """Start a process, have it do the work, and end it."""
    with ProcessPoolExecutor(1) as pool:
        return done(await asyncio.get_running_loop().run_in_executor(pool, compute, ARGUMENT))
