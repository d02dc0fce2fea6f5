"""A declared parameter in `def`: the handler has a thread, but the body is parsed before that."""

from __future__ import annotations

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.large_json.summing import Item, answer, total

app = asgi_app()


@app.post("/sum")
def add_up(items: list[Item]) -> Response:
    """Sum up, in a thread, what FastAPI has made of the body in the event loop."""
    return answer(total(items))
