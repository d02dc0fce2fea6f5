"""Three awaits, one after the other: none of these coroutines becomes a task."""

from __future__ import annotations

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.gather.upstream import CALLS, answer, call, count_tasks

app = asgi_app(count_tasks())


@app.get("/calls")
async def calls() -> Response:
    """Call, and call again."""
    return answer([await call() for _ in range(CALLS)])
