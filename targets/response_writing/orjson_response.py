"""A ready response with what orjson has written."""

from __future__ import annotations

import orjson
from fastapi import Response

from targets.asgi_app import asgi_app
from targets.response_writing.items import DICTS

app = asgi_app()


@app.get("/items")
async def items() -> Response:
    """Write the JSON here."""
    return Response(orjson.dumps(DICTS), media_type="application/json")
