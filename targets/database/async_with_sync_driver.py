"""`async def` and `async with`, around a session whose driver blocks all the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Response
from sqlalchemy.orm import Session

from targets.asgi_app import asgi_app
from targets.database.answer import add_query_route, user_found, users_found, waited
from targets.database.statements import LOOKUP, MANY, WAIT
from targets.database.sync_engine import engine, new_session


@asynccontextmanager
async def session_of_its_own() -> AsyncIterator[Session]:
    """Hold a session: nothing in here is ever awaited."""
    with new_session.begin() as session:
        yield session


async def lookup(user_id: int) -> Response:
    """Look a user up by primary key."""
    async with session_of_its_own() as session:
        return user_found(session.execute(LOOKUP, {"user_id": user_id}).one_or_none())


async def wait() -> Response:
    """Let PostgreSQL sleep, and everybody else wait."""
    async with session_of_its_own() as session:
        session.execute(WAIT)
        return waited()


async def many(user_id: int) -> Response:
    """List two hundred users."""
    async with session_of_its_own() as session:
        return users_found(session.execute(MANY, {"user_id": user_id}).all())


@asynccontextmanager
async def _connections() -> AsyncIterator[None]:
    yield
    engine.dispose()


app = asgi_app(_connections())
add_query_route(app, lookup=lookup, wait=wait, many=many)
