"""A bare ASGI callable."""

from __future__ import annotations

import asyncio

from starlette.types import Receive, Scope, Send

from targets.layer_tax.answer import BODY, WAIT_S
from targets.loop_lag import watch_loop_lag
from targets.ping import PING_BODY

_HEADERS = [(b"content-type", b"application/json")]


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one request, or the app's start and end."""
    if scope["type"] == "lifespan":
        await receive()
        async with watch_loop_lag():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    body = PING_BODY
    if scope["path"] == "/item":
        await asyncio.sleep(WAIT_S)
        body = BODY
    headers = [*_HEADERS, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
