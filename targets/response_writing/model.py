"""A list of models and a return type: pydantic writes the JSON."""

from __future__ import annotations

from targets.response_writing.items import MODELS, Item
from targets.response_writing.service import make_service


async def in_loop() -> list[Item]:
    """Return models."""
    return MODELS


def in_thread() -> list[Item]:
    """Return models."""
    return MODELS


app = make_service(in_loop, in_thread)
