"""`async def` handlers and asyncpg alone: no SQLAlchemy between handler and driver."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from fastapi import Response

from targets.asgi_app import asgi_app
from targets.database.answer import (
    MANY_ROWS,
    WAIT_S,
    add_query_route,
    user_found,
    users_found,
    waited,
)
from targets.database.connection import ASYNCPG_ARGUMENTS, PLAIN_URL, POOL_SIZE

LOOKUP = "SELECT id, name, email, bio, created_at FROM users WHERE id = $1"
WAIT = "SELECT pg_sleep($1)"
MANY = "SELECT id, name, email, bio, created_at FROM users WHERE id >= $1 ORDER BY id LIMIT $2"


async def lookup(user_id: int) -> Response:
    """Look a user up by primary key."""
    return user_found(await app.state.pool.fetchrow(LOOKUP, user_id))


async def wait() -> Response:
    """Let PostgreSQL sleep."""
    await app.state.pool.execute(WAIT, WAIT_S)
    return waited()


async def many(user_id: int) -> Response:
    """List two hundred users."""
    return users_found(await app.state.pool.fetch(MANY, user_id, MANY_ROWS))


@asynccontextmanager
async def _connections() -> AsyncIterator[None]:
    # min_size=0: connections are opened when first needed, as in SQLAlchemy's pool.
    async with asyncpg.create_pool(
        PLAIN_URL, min_size=0, max_size=POOL_SIZE, **ASYNCPG_ARGUMENTS
    ) as pool:
        app.state.pool = pool
        yield


app = asgi_app(_connections())
add_query_route(app, lookup=lookup, wait=wait, many=many)
