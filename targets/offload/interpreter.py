"""The work is handed to another interpreter in this process, which has a lock of its own."""

from __future__ import annotations

from anyio import to_interpreter
from fastapi import Response

from targets.asgi_app import asgi_app
from targets.offload.done import count_done, done
from targets.offload.kinds import work

app = asgi_app(count_done())


@app.post("/work")
async def do() -> Response:
    """Have another interpreter do it."""
    await to_interpreter.run_sync(work)
    return done()
