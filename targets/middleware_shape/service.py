"""A route behind layers of middleware that do nothing: `LAYERS` of the kind that `SHAPE` names."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

from fastapi import FastAPI, Response
from fastapi.responses import StreamingResponse
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response as StarletteResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from targets.asgi_app import asgi_app

CHUNKS = 100
_CHUNK = b"x" * 64
_LOOPS = 150_000
"""About 5 ms of the 10 that a request may take at 100 a second."""


class PlainMiddleware:
    """The way that ASGI itself knows: a callable around a callable."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through."""
        await self._app(scope, receive, send)


async def _let_through(request: Request, call_next: RequestResponseEndpoint) -> StarletteResponse:
    return await call_next(request)


def make_service() -> FastAPI:
    """Make the service, with its layers."""
    app = asgi_app()
    routes = {"bare": _bare, "cpu": _compute, "stream": _stream}
    app.add_api_route("/route", routes[os.environ["STRATUM_ROUTE"]])
    for _ in range(int(os.environ["LAYERS"])):
        if os.environ["SHAPE"] == "base":
            # What `@app.middleware("http")` does.
            app.add_middleware(BaseHTTPMiddleware, dispatch=_let_through)
        else:
            app.add_middleware(PlainMiddleware)
    return app


async def _bare() -> Response:
    return Response(b'{"ok":1}', media_type="application/json")


async def _compute() -> Response:
    total = 0
    for number in range(_LOOPS):
        total += number & 1
    return Response(b'{"ok":1}', media_type="application/json")


async def _stream() -> StreamingResponse:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(CHUNKS):
            yield _CHUNK

    return StreamingResponse(chunks(), media_type="text/plain")


app = make_service()
