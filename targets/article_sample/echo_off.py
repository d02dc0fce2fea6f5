"""The sample without `echo`: nothing is logged."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import sessionmaker

from targets.article_sample.user import User, disposing
from targets.asgi_app import asgi_app
from targets.database.connection import ASYNCPG_ARGUMENTS, asyncpg_url

engine = create_async_engine(asyncpg_url(), connect_args=ASYNCPG_ARGUMENTS)
new_session = sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)  # type: ignore[call-overload]
app = asgi_app(disposing(engine))


@app.get("/users/{user_id}", response_model=None)
async def get_user(user_id: int) -> User | None:
    """Look a user up, and leave it to FastAPI what to make of a mapped object."""
    async with new_session() as session:
        found = await session.execute(select(User).where(User.id == user_id))
        user: User | None = found.scalar_one_or_none()
        return user
