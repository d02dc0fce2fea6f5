"""The raw body, parsed by `json.loads` in a thread."""

from __future__ import annotations

from anyio import to_thread
from fastapi import Request, Response

from targets.asgi_app import asgi_app
from targets.large_json.summing import answer, parse_and_sum

app = asgi_app()


@app.post("/sum")
async def add_up(request: Request) -> Response:
    """Hand the body to a thread."""
    return answer(await to_thread.run_sync(parse_and_sum, await request.body()))
