"""`def` handlers, SQLAlchemy, psycopg: a thread is held while PostgreSQL works."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.database.answer import add_query_route, user_found, users_found, waited
from targets.database.statements import LOOKUP, MANY, WAIT
from targets.database.sync_engine import engine, new_session
from targets.thread_tokens import thread_tokens


def lookup(user_id: int) -> Response:
    """Look a user up by primary key."""
    with new_session.begin() as session:
        return user_found(session.execute(LOOKUP, {"user_id": user_id}).one_or_none())


def wait() -> Response:
    """Let PostgreSQL sleep."""
    with new_session.begin() as session:
        session.execute(WAIT)
        return waited()


def many(user_id: int) -> Response:
    """List two hundred users."""
    with new_session.begin() as session:
        return users_found(session.execute(MANY, {"user_id": user_id}).all())


@asynccontextmanager
async def _connections() -> AsyncIterator[None]:
    yield
    engine.dispose()


app = asgi_app(thread_tokens(), _connections())
add_query_route(app, lookup=lookup, wait=wait, many=many)
