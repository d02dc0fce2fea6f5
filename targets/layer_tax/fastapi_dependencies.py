"""FastAPI, with a model and three dependencies, each an `async def` that does nothing."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import Depends

from targets.asgi_app import asgi_app
from targets.layer_tax.answer import ITEM, WAIT_S, Item

app = asgi_app()


async def settings() -> str:
    """Be the first."""
    return "settings"


async def session(of: Annotated[str, Depends(settings)]) -> str:
    """Need the first."""
    return f"session with {of}"


async def user(of: Annotated[str, Depends(session)]) -> str:
    """Need the second."""
    return f"user of {of}"


@app.get("/item")
async def item(who: Annotated[str, Depends(user)]) -> Item:
    """Answer once all three are there."""
    assert who
    await asyncio.sleep(WAIT_S)
    return Item.model_validate(ITEM)
