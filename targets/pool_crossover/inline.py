"""The work is done where it is."""

from __future__ import annotations

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.pool_crossover.work import ARGUMENT, compute, done

app = asgi_app()


@app.get("/work")
async def work() -> Response:
    """Work right here."""
    return done(compute(ARGUMENT))
