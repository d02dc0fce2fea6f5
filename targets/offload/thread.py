"""The work is handed to a thread."""

from __future__ import annotations

from anyio import to_thread
from fastapi import Response

from targets.asgi_app import asgi_app
from targets.offload.done import count_done, done
from targets.offload.kinds import work

app = asgi_app(count_done())


@app.post("/work")
async def do() -> Response:
    """Have a thread of the pool do it."""
    await to_thread.run_sync(work)
    return done()
