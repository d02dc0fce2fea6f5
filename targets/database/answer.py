"""The answers of `GET /query`, byte for byte the same in all variants."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from datetime import UTC
from typing import Any

from fastapi import FastAPI, HTTPException, Response

WAIT_S = 0.05
_WAITED = json.dumps({"waited_s": WAIT_S}).encode()


def add_query_route(app: FastAPI, *, lookup: Callable[..., Any], wait: Callable[..., Any]) -> None:
    """Serve `GET /query` with the one of the two handlers that the stratum names."""
    handlers = {"lookup": lookup, "wait": wait}
    app.add_api_route("/query", handlers[os.environ["STRATUM_QUERY"]])


def user_found(row: Sequence[Any] | None) -> Response:
    """Answer with a row of (id, name, email, bio, created_at).

    Raises:
        HTTPException: there is no such row (404).
    """
    if row is None:
        raise HTTPException(404)
    user_id, name, email, bio, created_at = row
    user = {
        "id": user_id,
        "name": name,
        "email": email,
        "bio": bio,
        # psycopg gives the session's time zone, asyncpg UTC.
        "created_at": created_at.astimezone(UTC).isoformat(),
    }
    return Response(json.dumps(user), media_type="application/json")


def waited() -> Response:
    """Answer that the database has slept."""
    return Response(_WAITED, media_type="application/json")
