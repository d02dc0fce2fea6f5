"""`to_thread.run_sync` with a limiter of its own: the app's other threads stay free."""

from __future__ import annotations

from anyio import CapacityLimiter, to_thread
from fastapi import Response

from targets.asgi_app import asgi_app
from targets.observing import observing
from targets.thread_limiter.analysing import add_sync_ping, analyse, answer

TOKENS = 100
limiter = CapacityLimiter(TOKENS)
app = asgi_app(observing(lambda: {"thread_tokens": (float(TOKENS), "")}))
add_sync_ping(app)


@app.post("/analyze")
async def analyze(payload: list[int]) -> Response:
    """Hand the work to one of the threads that are set apart for it."""
    return answer(await to_thread.run_sync(analyse, payload, limiter=limiter))
