"""`asyncio.gather`: three tasks side by side."""

from __future__ import annotations

import asyncio

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.gather.upstream import CALLS, answer, call, count_tasks

app = asgi_app(count_tasks())


@app.get("/calls")
async def calls() -> Response:
    """Call three times at once."""
    return answer(await asyncio.gather(*(call() for _ in range(CALLS))))
