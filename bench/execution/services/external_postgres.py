"""A PostgreSQL that is not ours, through DATABASE_URL: a schema of our own, and nothing else."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import asyncpg

from bench.errors import ServiceError
from bench.execution.services.database import CONNECT_ERRORS, CONNECT_TIMEOUT_S, RunningDatabase
from bench.execution.services.database_contents import LOAD_CONTENTS
from bench.execution.supervision.finishing import finish

_SCHEMES: Final = ("postgresql", "postgres")
_DEFAULT_PORT: Final = 5432
_LOCK_TIMEOUT: Final = "10s"
"""Nobody but our own targets uses the schema, and these have ended when it is dropped."""


@asynccontextmanager
async def external_postgres(database_url: str) -> AsyncIterator[RunningDatabase]:
    """Make a schema with our contents on a server that is not ours; on leaving, drop it.

    Raises:
        ServiceError: the address leads nowhere, or the server does not let us; never has the
            password.
    """
    url = plain_url(database_url)
    schema = f"pairbench_{secrets.token_hex(8)}"
    await _run(url, f"CREATE SCHEMA {schema}", doing="make a schema in")
    try:
        contents = f"SET search_path TO {schema}; {LOAD_CONTENTS}"
        await _run(url, contents, doing=f"load tables into the schema {schema} of")
        yield RunningDatabase(url=with_search_path(url, schema), schema=schema)
    finally:
        drop = f"SET lock_timeout TO '{_LOCK_TIMEOUT}'; DROP SCHEMA {schema} CASCADE"
        await finish(_run(url, drop, doing=f"drop our schema {schema} in"))


def plain_url(database_url: str) -> str:
    """Return the address as drivers take it, without what SQLAlchemy adds to the scheme.

    Raises:
        ServiceError: it is no address of a PostgreSQL.

    >>> plain_url("postgresql+asyncpg://me@localhost/shop")
    'postgresql://me@localhost/shop'
    """
    scheme, separator, rest = database_url.strip().partition("://")
    if not separator or scheme.partition("+")[0] not in _SCHEMES or not _is_readable(rest):
        raise ServiceError(  # without the address, which may hold a password
            "DATABASE_URL is not the address of a PostgreSQL.",
            hint="Write it like postgresql://user:password@host:5432/database.",
        )
    return f"postgresql://{rest}"


def with_search_path(url: str, schema: str) -> str:
    """Return an address whose connections look into a schema first, and into no other.

    `options` is a start-up parameter of PostgreSQL's own protocol; libpq (psycopg) sends it, and
    asyncpg sends every parameter that it doesn't know.

    >>> with_search_path("postgresql://me@localhost/shop?sslmode=disable", "ours")
    'postgresql://me@localhost/shop?sslmode=disable&options=-csearch_path%3Dours'
    """
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    given = query.get("options", "")
    query["options"] = f"{given} -csearch_path={schema}".strip()
    return parts._replace(query=urlencode(query, quote_via=quote)).geturl()


async def _run(url: str, statements: str, *, doing: str) -> None:
    try:
        connection = await asyncpg.connect(url, timeout=CONNECT_TIMEOUT_S)
        try:
            await connection.execute(statements)
        finally:
            await connection.close(timeout=CONNECT_TIMEOUT_S)
    except CONNECT_ERRORS as error:
        # the cause is left out: its own text and frames may hold the password
        raise ServiceError(
            f"We can't {doing} the database of DATABASE_URL at {_where(url)}: "
            f"{_without_password(str(error) or type(error).__name__, url)}",
            hint="Check the address and the rights of its user, or unset DATABASE_URL for a"
            " PostgreSQL of our own.",
        ) from None


def _is_readable(rest: str) -> bool:
    try:
        return urlsplit(f"//{rest}").port != 0
    except ValueError:
        return False


def _where(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname or 'the default host'}:{parts.port or _DEFAULT_PORT}"


def _without_password(text: str, url: str) -> str:
    parts = urlsplit(url)
    for password in (parts.password, dict(parse_qsl(parts.query)).get("password")):
        for form in filter(None, (password, unquote(password or ""))):
            text = text.replace(form, "***")
    return text
