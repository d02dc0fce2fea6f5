"""No thread at all: the work stands in the event loop's way."""

from __future__ import annotations

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.thread_limiter.analysing import add_sync_ping, analyse, answer

app = asgi_app()
add_sync_ping(app)


@app.post("/analyze")
async def analyze(payload: list[int]) -> Response:
    """Do the work right here: the mistake that is measured."""
    return answer(analyse(payload))
