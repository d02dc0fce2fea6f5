"""A route that holds the loop, beside trivial ones; and how it is to be looked at."""

from __future__ import annotations

import json
import os

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.profiling.watching import PROFILER, block, watched

app = asgi_app(watched())


@app.get("/slow")
async def async_route() -> Response:
    """Call something that blocks, as if it were nothing."""
    block()
    return Response(b'{"ok":1}', media_type="application/json")


@app.get("/how")
async def how() -> Response:
    """Say by what this process is to be looked at, and which one it is."""
    document = {"profiler": PROFILER, "pid": os.getpid()}
    return Response(json.dumps(document), media_type="application/json")
