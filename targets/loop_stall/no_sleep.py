"""No sleep at all: what everyone else feels where no route is slow."""

from __future__ import annotations

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.loop_stall.slow_work import BODY

app = asgi_app()


@app.get("/slow")
async def answer_at_once() -> Response:
    """Answer what the slow ones answer, without their sleep."""
    return Response(BODY, media_type="application/json")
