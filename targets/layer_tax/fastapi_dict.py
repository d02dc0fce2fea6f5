"""FastAPI, with a handler that returns a dict and says nothing of it."""

from __future__ import annotations

import asyncio

from targets.asgi_app import asgi_app
from targets.layer_tax.answer import ITEM, WAIT_S

app = asgi_app()


@app.get("/item", response_model=None)
async def item() -> object:
    """Leave it to FastAPI what to make of a dict."""
    await asyncio.sleep(WAIT_S)
    return ITEM
