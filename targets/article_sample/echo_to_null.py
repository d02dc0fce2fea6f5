"""The same, with its output sent to `/dev/null`: every statement is formatted, and none is kept."""

from __future__ import annotations

import os
import sys

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import sessionmaker

from targets.article_sample.user import User, disposing
from targets.asgi_app import asgi_app
from targets.database.connection import ASYNCPG_ARGUMENTS, asyncpg_url

with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - as a shell's `> /dev/null` does
    os.dup2(nowhere.fileno(), sys.stdout.fileno())
engine = create_async_engine(asyncpg_url(), echo=True, connect_args=ASYNCPG_ARGUMENTS)
new_session = sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)  # type: ignore[call-overload]
app = asgi_app(disposing(engine))


@app.get("/users/{user_id}", response_model=None)
async def get_user(user_id: int) -> User | None:
    """Look a user up, and leave it to FastAPI what to make of a mapped object."""
    async with new_session() as session:
        found = await session.execute(select(User).where(User.id == user_id))
        user: User | None = found.scalar_one_or_none()
        return user
