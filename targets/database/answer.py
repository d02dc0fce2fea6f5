"""The answers of `GET /query`, byte for byte the same in all variants."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from datetime import UTC
from typing import Any

from fastapi import FastAPI, HTTPException, Response

WAIT_S = 0.2 if os.environ.get("STRATUM_QUERY") == "long-wait" else 0.05
MANY_ROWS = 200
_WAITED = json.dumps({"waited_s": WAIT_S}).encode()


def add_query_route(
    app: FastAPI,
    *,
    lookup: Callable[..., Any],
    wait: Callable[..., Any],
    many: Callable[..., Any],
) -> None:
    """Serve `GET /query` with the one of the handlers that the stratum names."""
    handlers = {"lookup": lookup, "wait": wait, "long-wait": wait, "many": many}
    app.add_api_route("/query", handlers[os.environ["STRATUM_QUERY"]])


def user_found(row: Sequence[Any] | None) -> Response:
    """Answer with a row of (id, name, email, bio, created_at).

    Raises:
        HTTPException: there is no such row (404).
    """
    if row is None:
        raise HTTPException(404)
    return Response(json.dumps(describe(row)), media_type="application/json")


def users_found(rows: Sequence[Sequence[Any]]) -> Response:
    """Answer with all rows."""
    return Response(json.dumps([describe(row) for row in rows]), media_type="application/json")


def waited() -> Response:
    """Answer that the database has slept."""
    return Response(_WAITED, media_type="application/json")


def describe(row: Sequence[Any]) -> dict[str, Any]:
    """Return a row of (id, name, email, bio, created_at) as a document."""
    user_id, name, email, bio, created_at = row
    return {
        "id": user_id,
        "name": name,
        "email": email,
        "bio": bio,
        # psycopg gives the session's time zone, asyncpg UTC.
        "created_at": created_at.astimezone(UTC).isoformat(),
    }
