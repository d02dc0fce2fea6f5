"""`JSONResponse`: the standard library, without an encoder before it."""

from __future__ import annotations

from fastapi.responses import JSONResponse

from targets.asgi_app import asgi_app
from targets.response_writing.items import DICTS

app = asgi_app()


@app.get("/items")
async def items() -> JSONResponse:
    """Write the JSON here."""
    return JSONResponse(DICTS)
