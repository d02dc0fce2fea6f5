"""`JSONResponse`: the standard library, without an encoder before it."""

from __future__ import annotations

from fastapi.responses import JSONResponse

from targets.response_writing.items import DICTS
from targets.response_writing.service import make_service


async def in_loop() -> JSONResponse:
    """Write the JSON here."""
    return JSONResponse(DICTS)


def in_thread() -> JSONResponse:
    """Write the JSON here."""
    return JSONResponse(DICTS)


app = make_service(in_loop, in_thread)
