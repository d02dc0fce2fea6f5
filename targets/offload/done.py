"""The answer of `POST /work`, and a count of how often it was given."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Response

from targets.observing import Count, Rate, observing

BODY = b'{"done":true}'
_done = Count()


def done() -> Response:
    """Answer that the work is done, and count it."""
    _done.value += 1
    return Response(BODY, media_type="application/json")


@asynccontextmanager
async def count_done() -> AsyncIterator[None]:
    """Observe `done` per second: a second way of counting, beside the generator's."""
    rate = Rate(lambda: _done.value)
    async with observing(lambda: {"done": (rate.per_second(), "1/s")}, every_s=1.0):
        yield
