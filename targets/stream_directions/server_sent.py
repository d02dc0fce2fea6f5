"""Server-sent events: the server sends, and listens for whatever the client might say meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from targets.asgi_app import asgi_app

app = asgi_app()
received: list[bytes] = []


@app.get("/stream")
async def stream(request: Request) -> StreamingResponse:
    """Greet, and note what the client says, as far as ASGI passes it on."""

    async def events() -> AsyncIterator[str]:
        yield "data: hello\n\n"
        while True:
            message = await request.receive()
            if message["type"] != "http.request":
                return
            if message.get("body"):
                received.append(message["body"])
            await asyncio.sleep(0)

    return StreamingResponse(events(), media_type="text/event-stream")


@app.get("/received")
async def count() -> Response:
    """Say how many messages of clients have arrived."""
    return Response(b"%d" % len(received), media_type="text/plain")
