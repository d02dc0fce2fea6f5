"""A list of dicts and a return type: pydantic validates each, and writes the JSON."""

from __future__ import annotations

from typing import Any

from targets.response_writing.items import DICTS, Item
from targets.response_writing.service import make_service


async def in_loop() -> list[dict[str, Any]]:
    """Return dicts."""
    return DICTS


def in_thread() -> list[dict[str, Any]]:
    """Return dicts."""
    return DICTS


app = make_service(in_loop, in_thread, response_model=list[Item])
