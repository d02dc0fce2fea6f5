"""FastAPI with `def`: a request waits in one of the threads of anyio's default limiter."""

from __future__ import annotations

import time

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.io_concurrency.payload import BODY, WAIT_S
from targets.own_switches import count_own_switches
from targets.thread_tokens import thread_tokens

app = asgi_app(thread_tokens(), count_own_switches())


@app.get("/io")
def wait_in_threadpool() -> Response:
    """Wait in a thread of the pool beside the event loop."""
    time.sleep(WAIT_S)
    return Response(BODY, media_type="application/json")
