"""FastAPI, `def`: the same handler, which FastAPI runs in a thread of its pool."""

from __future__ import annotations

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.bare_route.answer import BODY, note_thread

app = asgi_app()


@app.get("/bare")
def bare() -> Response:
    """Answer at once, from a thread."""
    note_thread()
    return Response(BODY, media_type="application/json")
