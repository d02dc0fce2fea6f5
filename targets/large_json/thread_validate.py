"""The raw body, parsed and validated by pydantic in a thread."""

from __future__ import annotations

from anyio import to_thread
from fastapi import Request, Response

from targets.asgi_app import asgi_app
from targets.large_json.summing import answer, total, validate

app = asgi_app()


@app.post("/sum")
async def add_up(request: Request) -> Response:
    """Hand the body to a thread."""
    return answer(total(await to_thread.run_sync(validate, await request.body())))
