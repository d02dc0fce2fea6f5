"""A database that targets can use, wherever it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import asyncpg

from bench.errors import ServiceError
from bench.execution.supervision.processes import ManagedProcess

CONNECT_TIMEOUT_S: Final = 10.0

CONNECT_ERRORS: Final = (
    OSError,
    TimeoutError,
    ValueError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""All that comes of an address that leads nowhere, or to something that is no PostgreSQL."""


@dataclass(frozen=True)
class RunningDatabase:
    """A database with our contents."""

    url: str
    """`postgresql://...`, for psycopg and asyncpg alike; connections find our tables first.

    SQLAlchemy's asyncpg dialect hands on no `options` from an address: give it an `async_creator`
    that calls asyncpg, or `schema` as the search path in `server_settings`.
    """
    schema: str
    """Where our tables are."""
    process: ManagedProcess | None = None
    """None: a server that is not ours."""


async def read_version(database: RunningDatabase) -> str:
    """Ask a database which PostgreSQL it is.

    Raises:
        ServiceError: it does not answer any more.
    """
    try:
        connection = await asyncpg.connect(database.url, timeout=CONNECT_TIMEOUT_S)
        try:
            version: str = await connection.fetchval("SHOW server_version")
        finally:
            await connection.close(timeout=CONNECT_TIMEOUT_S)
    except CONNECT_ERRORS as error:
        raise ServiceError(
            f"The database was there a moment ago and does not answer: {type(error).__name__}."
        ) from None
    return version
