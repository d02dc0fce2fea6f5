"""A route that asks the database a quick question, and then streams its answer for 0.2 s."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession

from targets.pool_exhaustion.engine import QUERY_S, QUICK, new_session

CHUNKS = 4


async def session_of_request() -> AsyncIterator[AsyncSession]:
    """Give a session, and close it when the dependency's scope ends."""
    async with new_session.begin() as session:
        yield session


async def stream(session: AsyncSession) -> StreamingResponse:
    """Ask, and answer in pieces."""
    await session.execute(QUICK)
    return StreamingResponse(_pieces(), media_type="text/plain")


async def _pieces() -> AsyncIterator[bytes]:
    for _ in range(CHUNKS):
        await asyncio.sleep(QUERY_S / CHUNKS)
        yield b"piece\n"
