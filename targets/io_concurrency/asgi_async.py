"""FastAPI with `async def`: a request waits as a suspended coroutine, which costs no thread."""

from __future__ import annotations

import asyncio

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.io_concurrency.payload import BODY, WAIT_S
from targets.own_switches import count_own_switches

app = asgi_app(count_own_switches())


@app.get("/io")
async def wait_in_loop() -> Response:
    """Wait while the event loop serves others."""
    await asyncio.sleep(WAIT_S)
    return Response(BODY, media_type="application/json")
