"""`def` handlers, SQLAlchemy, psycopg: a thread is held while PostgreSQL works."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Response
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from targets.asgi_app import asgi_app
from targets.database.answer import add_query_route, user_found, waited
from targets.database.connection import POOL_SIZE, PSYCOPG_ARGUMENTS, psycopg_url
from targets.database.statements import LOOKUP, WAIT

engine = create_engine(
    psycopg_url(), pool_size=POOL_SIZE, max_overflow=0, connect_args=PSYCOPG_ARGUMENTS
)
# Used as `begin()`: a COMMIT ends each session. After the ROLLBACK of a plain close, psycopg
# forgets the statements that it has prepared, and asyncpg does not.
new_session = sessionmaker(engine)


def lookup(user_id: int) -> Response:
    """Look a user up by primary key."""
    with new_session.begin() as session:
        return user_found(session.execute(LOOKUP, {"user_id": user_id}).one_or_none())


def wait() -> Response:
    """Let PostgreSQL sleep."""
    with new_session.begin() as session:
        session.execute(WAIT)
        return waited()


@asynccontextmanager
async def _connections() -> AsyncIterator[None]:
    yield
    engine.dispose()


app = asgi_app(_connections())
add_query_route(app, lookup=lookup, wait=wait)
