"""The work is done in the event loop's thread."""

from __future__ import annotations

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.offload.done import count_done, done
from targets.offload.kinds import work

app = asgi_app(count_done())


@app.post("/work")
async def do() -> Response:
    """Work right here."""
    work()
    return done()
