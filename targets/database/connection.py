"""Where the database is, and what every variant's pool has in common."""

from __future__ import annotations

import os

from sqlalchemy import URL, make_url

# Without `options`: SQLAlchemy's asyncpg takes none, and the search path, which is what stands in
# them, is given to each driver in its own way below.
_ADDRESS = make_url(os.environ["DATABASE_URL"]).difference_update_query(["options"])
PLAIN_URL = _ADDRESS.set(drivername="postgresql").render_as_string(hide_password=False)
POOL_SIZE = int(os.environ.get("POOL_SIZE", "15"))
_SCHEMA = os.environ.get("DATABASE_SCHEMA", "")

# Given at the start of a connection, so that a pool that resets a session comes back to it.
PSYCOPG_ARGUMENTS = {"options": f"-csearch_path={_SCHEMA}"} if _SCHEMA else {}
ASYNCPG_ARGUMENTS = {"server_settings": {"search_path": _SCHEMA}} if _SCHEMA else {}


def psycopg_url() -> URL:
    """Return the database's address for SQLAlchemy with psycopg."""
    return _ADDRESS.set(drivername="postgresql+psycopg")


def asyncpg_url() -> URL:
    """Return the database's address for SQLAlchemy with asyncpg, which says `ssl` for `sslmode`."""
    url = _ADDRESS.set(drivername="postgresql+asyncpg")
    if "sslmode" not in url.query:
        return url
    sslmode = url.query["sslmode"]
    return url.difference_update_query(["sslmode"]).update_query_dict({"ssl": sslmode})
