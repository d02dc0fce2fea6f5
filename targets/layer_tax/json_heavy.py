"""FastAPI, with a handler that writes a JSON list of 40,000 items: work, and next to no waiting."""

from __future__ import annotations

import asyncio
import json

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.layer_tax.answer import ITEM, WAIT_S

MANY = [ITEM] * 40_000
app = asgi_app()


@app.get("/item")
async def item() -> Response:
    """Write the same list anew for each request."""
    await asyncio.sleep(WAIT_S)
    return Response(json.dumps(MANY), media_type="application/json")
