"""A ready response with what orjson has written."""

from __future__ import annotations

import orjson
from fastapi import Response

from targets.response_writing.items import DICTS
from targets.response_writing.service import make_service


async def in_loop() -> Response:
    """Write the JSON here."""
    return Response(orjson.dumps(DICTS), media_type="application/json")


def in_thread() -> Response:
    """Write the JSON here."""
    return Response(orjson.dumps(DICTS), media_type="application/json")


app = make_service(in_loop, in_thread)
