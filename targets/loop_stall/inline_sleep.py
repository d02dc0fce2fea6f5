"""`time.sleep` in `async def`: nobody else is served meanwhile."""

from __future__ import annotations

import time

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.loop_stall.slow_work import BODY, SLEEP_S

app = asgi_app()


@app.get("/slow")
async def sleep_in_loop() -> Response:
    """Hold the event loop."""
    time.sleep(SLEEP_S)  # noqa: ASYNC251 - the mistake that is measured
    return Response(BODY, media_type="application/json")
