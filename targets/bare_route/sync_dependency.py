"""FastAPI, `async def` with a dependency that is a plain `def`: that alone takes a thread."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Response

from targets.asgi_app import asgi_app
from targets.bare_route.answer import BODY, note_thread

app = asgi_app()


def current_user() -> str:
    """Return who is asking, as far as this example knows."""
    return "nobody"


@app.get("/bare")
async def bare(user: Annotated[str, Depends(current_user)]) -> Response:
    """Answer at once, once the dependency has come back from its thread."""
    assert user
    note_thread()
    return Response(BODY, media_type="application/json")
