"""The engine, with a pool of `POOL_SIZE` connections and `MAX_OVERFLOW` more at need."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.pool import QueuePool

from targets.database.connection import ASYNCPG_ARGUMENTS, asyncpg_url
from targets.observing import observing

QUERY_S = 0.2
GIVE_UP_AFTER_S = 2.0
"""SQLAlchemy's default is 30 s: too long to be waited for at every load level."""

engine = create_async_engine(
    asyncpg_url(),
    pool_size=int(os.environ["POOL_SIZE"]),
    max_overflow=int(os.environ["MAX_OVERFLOW"]),
    pool_timeout=GIVE_UP_AFTER_S,
    connect_args=ASYNCPG_ARGUMENTS,
)
new_session = async_sessionmaker(engine)
SLOW = select(func.pg_sleep(QUERY_S))
QUICK = select(1)


@asynccontextmanager
async def connections() -> AsyncIterator[None]:
    """Hold the engine, and observe how many connections are taken from its pool."""

    def look() -> dict[str, tuple[float, str]]:
        pool = engine.sync_engine.pool
        assert isinstance(pool, QueuePool)
        return {"connections_taken": (float(pool.checkedout()), "")}

    async with observing(look, every_s=0.2):
        yield
    await engine.dispose()
