"""A list of dicts and a return type: pydantic validates each, and writes the JSON."""

from __future__ import annotations

from typing import Any

from targets.asgi_app import asgi_app
from targets.response_writing.items import DICTS, Item

app = asgi_app()


@app.get("/items", response_model=list[Item])
async def items() -> list[dict[str, Any]]:
    """Return dicts."""
    return DICTS
