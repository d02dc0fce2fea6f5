"""A list of dicts and no return type: FastAPI's `jsonable_encoder`, then the standard library."""

from __future__ import annotations

from targets.asgi_app import asgi_app
from targets.response_writing.items import DICTS

app = asgi_app()


@app.get("/items", response_model=None)
async def items() -> object:
    """Leave it to FastAPI."""
    return DICTS
