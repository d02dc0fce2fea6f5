"""WebSockets by FastAPI; the library that speaks the protocol is the server's to choose."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import count

from fastapi import WebSocket, WebSocketDisconnect

from targets.asgi_app import asgi_app
from targets.persistent.message import EVERY_S, message

app = asgi_app()


@app.websocket("/socket")
async def talk(socket: WebSocket) -> None:
    """Send a message every second."""
    await socket.accept()
    with suppress(WebSocketDisconnect):
        for number in count():
            await socket.send_text(message(number))
            await asyncio.sleep(EVERY_S)
