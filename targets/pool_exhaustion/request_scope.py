"""A dependency with `yield`, as it comes: it is left when the response has been sent."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession

from targets.asgi_app import asgi_app
from targets.pool_exhaustion.engine import connections
from targets.pool_exhaustion.streaming import session_of_request, stream

app = asgi_app(connections())


@app.get("/stream")
async def slow(session: Annotated[AsyncSession, Depends(session_of_request)]) -> StreamingResponse:
    """Hold the connection for as long as the answer is under way."""
    return await stream(session)
