"""A route that asks for 0.2 s of the database's time."""

from __future__ import annotations

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.pool_exhaustion.engine import SLOW, connections, new_session

app = asgi_app(connections())


@app.get("/slow")
async def slow() -> Response:
    """Let PostgreSQL sleep; without a connection within 2 s it is an error."""
    async with new_session.begin() as session:
        await session.execute(SLOW)
    return Response(b'{"ok":1}', media_type="application/json")
