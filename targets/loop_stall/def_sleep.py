"""`time.sleep` in `def`: FastAPI itself moves the handler to a thread."""

from __future__ import annotations

import time

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.loop_stall.slow_work import BODY, SLEEP_S

app = asgi_app()


@app.get("/slow")
def sleep_in_threadpool() -> Response:
    """Hold a thread (anyio's default limiter: 40), not the event loop."""
    time.sleep(SLEEP_S)
    return Response(BODY, media_type="application/json")
