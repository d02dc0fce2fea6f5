"""`to_thread.run_sync`, as the article shows it: the threads that all of the app shares."""

from __future__ import annotations

from anyio import to_thread
from fastapi import Response

from targets.asgi_app import asgi_app
from targets.thread_limiter.analysing import add_sync_ping, analyse, answer
from targets.thread_tokens import thread_tokens

app = asgi_app(thread_tokens())
add_sync_ping(app)


@app.post("/analyze")
async def analyze(payload: list[int]) -> Response:
    """Hand the work to a thread of the pool that `def` handlers take theirs from."""
    return answer(await to_thread.run_sync(analyse, payload))
