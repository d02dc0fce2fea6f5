"""The raw body, parsed by `json.loads` right in the event loop."""

from __future__ import annotations

from fastapi import Request, Response

from targets.asgi_app import asgi_app
from targets.large_json.summing import answer, parse_and_sum

app = asgi_app()


@app.post("/sum")
async def add_up(request: Request) -> Response:
    """Parse right here."""
    return answer(parse_and_sum(await request.body()))
