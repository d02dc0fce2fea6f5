"""A list of models and a return type: pydantic writes the JSON."""

from __future__ import annotations

from targets.asgi_app import asgi_app
from targets.response_writing.items import MODELS, Item

app = asgi_app()


@app.get("/items")
async def items() -> list[Item]:
    """Return models."""
    return MODELS
