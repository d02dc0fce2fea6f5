"""FastAPI, `async def`: the handler runs right in the event loop."""

from __future__ import annotations

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.bare_route.answer import BODY, note_thread

app = asgi_app()


@app.get("/bare")
async def bare() -> Response:
    """Answer at once."""
    note_thread()
    return Response(BODY, media_type="application/json")
