"""The work is handed to a thread."""

from __future__ import annotations

import os
import sys

from anyio import to_thread
from fastapi import Response

from targets.asgi_app import asgi_app
from targets.offload.done import count_done, done
from targets.offload.kinds import work

if interval_ms := os.environ.get("SWITCH_INTERVAL_MS"):
    sys.setswitchinterval(float(interval_ms) / 1000)

app = asgi_app(count_done())


@app.post("/work")
async def do() -> Response:
    """Have a thread of the pool do it."""
    await to_thread.run_sync(work)
    return done()
