"""A WebSocket: both sides may send at any time."""

from __future__ import annotations

from contextlib import suppress

from fastapi import Response, WebSocket, WebSocketDisconnect

from targets.asgi_app import asgi_app

app = asgi_app()
received: list[str] = []


@app.websocket("/stream")
async def stream(socket: WebSocket) -> None:
    """Greet, and note what the client says."""
    await socket.accept()
    await socket.send_text("hello")
    with suppress(WebSocketDisconnect):
        while True:
            received.append(await socket.receive_text())


@app.get("/received")
async def count() -> Response:
    """Say how many messages of clients have arrived."""
    return Response(b"%d" % len(received), media_type="text/plain")
