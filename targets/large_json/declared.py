"""A declared parameter in `async def`: FastAPI parses and validates it in the event loop."""

from __future__ import annotations

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.large_json.summing import Item, answer, total

app = asgi_app()


@app.post("/sum")
async def add_up(items: list[Item]) -> Response:
    """Sum up what FastAPI has made of the body."""
    return answer(total(items))
