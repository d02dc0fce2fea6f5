"""A route that holds the loop, beside trivial ones; and how it is to be looked at."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.observing import Count, observing
from targets.profiling.planted import helper_blocking

_slow_callbacks = Count()


class _SlowCallbacks(logging.Handler):
    """Counts what asyncio's debug mode says of callbacks that took long."""

    def emit(self, record: logging.LogRecord) -> None:
        _slow_callbacks.value += "took" in record.getMessage()


@asynccontextmanager
async def _told() -> AsyncIterator[None]:
    logging.getLogger("asyncio").addHandler(_SlowCallbacks())
    async with observing(lambda: {"slow_callbacks": (_slow_callbacks.value, "")}, every_s=1.0):
        yield


app = asgi_app(_told())


@app.get("/slow")
async def async_route() -> Response:
    """Call something that blocks, as if it were nothing."""
    helper_blocking()
    return Response(b'{"ok":1}', media_type="application/json")


@app.get("/how")
async def how() -> Response:
    """Say by what this process is to be looked at, and which one it is."""
    document = {"profiler": os.environ["PROFILER"], "pid": os.getpid()}
    return Response(json.dumps(document), media_type="application/json")
