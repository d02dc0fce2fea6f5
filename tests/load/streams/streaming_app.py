"""A Starlette app under uvicorn that streams numbered, stamped events.

Its argument is the port to listen on; without one, it takes a free one and prints it.
`?every=50` is the time between two events in ms.
"""

from __future__ import annotations

import asyncio
import json
import resource
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

close_codes: list[int] = []


async def events(every_ms: float) -> AsyncIterator[str]:
    number = 0
    while True:
        yield json.dumps({"n": number, "sent": time.monotonic()})
        number += 1
        await asyncio.sleep(every_ms / 1e3)


async def stream_ws(socket: WebSocket) -> None:
    await socket.accept()
    sending = asyncio.create_task(send_all(socket))
    with suppress(WebSocketDisconnect):
        while True:
            await socket.receive_text()
    sending.cancel()


async def send_all(socket: WebSocket) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):
        async for event in events(float(socket.query_params["every"])):
            await socket.send_text(event)


async def stream_ws_noting_its_close(socket: WebSocket) -> None:
    await socket.accept()
    try:
        await socket.receive_text()
    except WebSocketDisconnect as end:
        close_codes.append(end.code)


async def stream_sse(request: Request) -> StreamingResponse:
    async def lines() -> AsyncIterator[str]:
        async for event in events(float(request.query_params["every"])):
            yield f"data: {event}\n\n"

    return StreamingResponse(lines(), media_type="text/event-stream")


async def show_close_codes(_: Request) -> JSONResponse:
    return JSONResponse(close_codes)


app = Starlette(
    routes=[
        WebSocketRoute("/ws", stream_ws),
        WebSocketRoute("/quiet", stream_ws_noting_its_close),
        Route("/sse", stream_sse),
        Route("/close-codes", show_close_codes),
    ]
)


def main() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    with socket.create_server(("127.0.0.1", port), backlog=4096) as listener:
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        config = uvicorn.Config(app, log_level="error", ws="websockets-sansio", backlog=4096)
        uvicorn.Server(config).run(sockets=[listener])


main()
