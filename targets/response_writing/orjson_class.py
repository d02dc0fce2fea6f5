"""`response_class=ORJSONResponse`, deprecated by FastAPI: `jsonable_encoder`, then orjson."""

from __future__ import annotations

from fastapi.responses import ORJSONResponse

from targets.asgi_app import asgi_app
from targets.response_writing.items import DICTS

app = asgi_app()


@app.get("/items", response_model=None, response_class=ORJSONResponse)
async def items() -> object:
    """Leave it to FastAPI, and the writing to its class."""
    return DICTS
