"""A route that takes 100 ms, as FastAPI."""

from __future__ import annotations

import asyncio
import os

from fastapi import Response

from targets.asgi_app import asgi_app

app = asgi_app()


@app.get("/work")
async def work() -> Response:
    """Take a while."""
    await asyncio.sleep(0.1)
    return Response(b'{"ok":1}', media_type="application/json")


@app.get("/pid")
async def pid() -> Response:
    """Say which process this is."""
    return Response(str(os.getpid()), media_type="text/plain")
