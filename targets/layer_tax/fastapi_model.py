"""FastAPI, with a handler that returns a model."""

from __future__ import annotations

import asyncio

from targets.asgi_app import asgi_app
from targets.layer_tax.answer import ITEM, WAIT_S, Item

app = asgi_app()


@app.get("/item")
async def item() -> Item:
    """Make a model, and let pydantic write it."""
    await asyncio.sleep(WAIT_S)
    return Item.model_validate(ITEM)
