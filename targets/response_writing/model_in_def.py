"""As `model`, in a plain `def`: the handler has a thread, the writing is in the event loop."""

from __future__ import annotations

from targets.asgi_app import asgi_app
from targets.response_writing.items import MODELS, Item

app = asgi_app()


@app.get("/items")
def items() -> list[Item]:
    """Return models, from a thread."""
    return MODELS
