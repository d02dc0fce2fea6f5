"""A bare ASGI app: `GET /item` answers 1 KiB, `POST /item` says how much it was sent."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from targets.loop_lag import watch_loop_lag
from targets.ping import PING_BODY

ITEM = b'{"payload":"' + b"x" * 1010 + b'"}'
_JSON = [(b"content-type", b"application/json")]


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one request, or the app's start and end."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["path"] == "/ping":
        await _answer(send, PING_BODY)
    elif scope["method"] == "POST":
        await _answer(send, b'{"bytes":%d}' % len(await _read(receive)))
    else:
        await _answer(send, ITEM)


async def _live(receive: Receive, send: Send) -> None:
    await receive()
    async with watch_loop_lag():
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return body


async def _answer(send: Send, body: bytes) -> None:
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": 200, "headers": [*_JSON, length]})
    await send({"type": "http.response.body", "body": body})
