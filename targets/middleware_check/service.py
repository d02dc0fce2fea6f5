"""Two routes, and a page about them, behind a middleware that checks something first."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from targets.asgi_app import asgi_app

CHECK_S = float(os.environ["STRATUM_CHECK_MS"]) / 1000
Check = Callable[[], Awaitable[None]]


class CheckingMiddleware:
    """A plain ASGI middleware: it checks, then lets the request through, whatever its route is."""

    def __init__(self, app: ASGIApp, check: Check) -> None:
        self._app, self._check = app, check

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http":
            await self._check()
        await self._app(scope, receive, send)


def make_service(check: Check | None) -> FastAPI:
    """Make the service, with a check before each request or without any."""
    app = asgi_app(documented=True)
    for path in ("/a", "/b"):
        app.add_api_route(path, _answer)
    if check is not None:
        app.add_middleware(CheckingMiddleware, check=check)
    return app


async def _answer() -> Response:
    return Response(b'{"ok":1}', media_type="application/json")
