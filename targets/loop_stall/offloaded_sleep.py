"""`time.sleep` handed to a thread by an `async def` handler."""

from __future__ import annotations

import time

from anyio import to_thread
from fastapi import Response

from targets.asgi_app import asgi_app
from targets.loop_stall.slow_work import BODY, SLEEP_S

app = asgi_app()


@app.get("/slow")
async def sleep_in_handed_thread() -> Response:
    """Hold a thread (anyio's default limiter: 40), not the event loop."""
    await to_thread.run_sync(time.sleep, SLEEP_S)
    return Response(BODY, media_type="application/json")
