"""The same under FastAPI."""

from __future__ import annotations

from fastapi import Request, Response

from targets.asgi_app import asgi_app
from targets.server_stack.raw import ITEM

app = asgi_app()


@app.get("/item")
async def item() -> Response:
    """Answer 1 KiB."""
    return Response(ITEM, media_type="application/json")


@app.post("/item")
async def take(request: Request) -> Response:
    """Say how much came."""
    return Response(b'{"bytes":%d}' % len(await request.body()), media_type="application/json")
