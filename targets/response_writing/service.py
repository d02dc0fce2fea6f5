"""`GET /items` from a coroutine function or a plain one, as the stratum says."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI

from targets.asgi_app import asgi_app


def make_service(
    in_loop: Callable[[], Awaitable[object]], in_thread: Callable[[], object], **options: Any
) -> FastAPI:
    """Make the service with one of two handlers that have the same body.

    Args:
        in_loop: the handler as `async def`.
        in_thread: the handler as `def`, which FastAPI gives a thread.
        options: of the route.
    """
    app = asgi_app()
    handler = {"async": in_loop, "def": in_thread}[os.environ["STRATUM_HANDLER"]]
    app.add_api_route("/items", handler, **options)
    return app
