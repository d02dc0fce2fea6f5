"""The table as a mapped class, which the sample uses and doesn't show; and a model of its rows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncEngine

from targets.database.statements import User

__all__ = ["User", "UserOut", "disposing"]


class UserOut(BaseModel):
    """A row, as an answer has it."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    email: str
    bio: str
    created_at: datetime


@asynccontextmanager
async def disposing(engine: AsyncEngine) -> AsyncIterator[None]:
    """Close the engine's connections in the end."""
    yield
    await engine.dispose()
