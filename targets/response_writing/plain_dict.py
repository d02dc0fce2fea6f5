"""A list of dicts and no return type: FastAPI's `jsonable_encoder`, then the standard library."""

from __future__ import annotations

from targets.response_writing.items import DICTS
from targets.response_writing.service import make_service


async def in_loop() -> object:
    """Leave it to FastAPI."""
    return DICTS


def in_thread() -> object:
    """Leave it to FastAPI."""
    return DICTS


app = make_service(in_loop, in_thread, response_model=None)
