"""Server-sent events by FastAPI's own response class."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable
from itertools import count

from fastapi.sse import EventSourceResponse, ServerSentEvent

from targets.asgi_app import asgi_app
from targets.persistent.message import EVERY_S, message

app = asgi_app()


@app.get("/events", response_class=EventSourceResponse)
async def events() -> AsyncIterable[ServerSentEvent]:
    """Send a message every second."""
    for number in count():
        yield ServerSentEvent(raw_data=message(number))
        await asyncio.sleep(EVERY_S)
