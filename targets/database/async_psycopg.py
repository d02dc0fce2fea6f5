"""`async def` handlers, SQLAlchemy's asyncio extension, psycopg: the sync variant's own driver."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Response
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from targets.asgi_app import asgi_app
from targets.database.answer import add_query_route, user_found, users_found, waited
from targets.database.connection import POOL_SIZE, PSYCOPG_ARGUMENTS, psycopg_url
from targets.database.statements import LOOKUP, MANY, WAIT

engine = create_async_engine(
    psycopg_url(), pool_size=POOL_SIZE, max_overflow=0, connect_args=PSYCOPG_ARGUMENTS
)
new_session = async_sessionmaker(engine)


async def lookup(user_id: int) -> Response:
    """Look a user up by primary key."""
    async with new_session.begin() as session:
        return user_found((await session.execute(LOOKUP, {"user_id": user_id})).one_or_none())


async def wait() -> Response:
    """Let PostgreSQL sleep."""
    async with new_session.begin() as session:
        await session.execute(WAIT)
        return waited()


async def many(user_id: int) -> Response:
    """List two hundred users."""
    async with new_session.begin() as session:
        return users_found((await session.execute(MANY, {"user_id": user_id})).all())


@asynccontextmanager
async def _connections() -> AsyncIterator[None]:
    yield
    await engine.dispose()


app = asgi_app(_connections())
add_query_route(app, lookup=lookup, wait=wait, many=many)
