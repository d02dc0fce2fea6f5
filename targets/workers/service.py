"""The service: `GET /work` computes for some 10 ms, or waits for 50 ms, as the stratum says."""

from __future__ import annotations

import asyncio
import os

from fastapi import Response

from targets.asgi_app import asgi_app

_LOOPS = 200_000
_WAIT_S = 0.05
BODY = b'{"done":true}'
app = asgi_app()


async def _compute() -> Response:
    total = 0
    for number in range(_LOOPS):
        total += number & 1
    return Response(BODY, media_type="application/json")


async def _wait() -> Response:
    await asyncio.sleep(_WAIT_S)
    return Response(BODY, media_type="application/json")


app.add_api_route("/work", {"cpu": _compute, "io": _wait}[os.environ["STRATUM_KIND"]])
