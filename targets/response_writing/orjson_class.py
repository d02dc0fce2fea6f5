"""`response_class=ORJSONResponse`, deprecated by FastAPI: `jsonable_encoder`, then orjson."""

from __future__ import annotations

from fastapi.responses import ORJSONResponse

from targets.response_writing.items import DICTS
from targets.response_writing.service import make_service


async def in_loop() -> object:
    """Leave it to FastAPI, and the writing to its class."""
    return DICTS


def in_thread() -> object:
    """Leave it to FastAPI, and the writing to its class."""
    return DICTS


app = make_service(in_loop, in_thread, response_model=None, response_class=ORJSONResponse)
