"""Server-sent events by a plain `StreamingResponse`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import count

from fastapi.responses import StreamingResponse

from targets.asgi_app import asgi_app
from targets.persistent.message import EVERY_S, message

app = asgi_app()


@app.get("/events")
async def events() -> StreamingResponse:
    """Send a message every second."""

    async def messages() -> AsyncIterator[str]:
        for number in count():
            yield f"data: {message(number)}\n\n"
            await asyncio.sleep(EVERY_S)

    return StreamingResponse(messages(), media_type="text/event-stream")
