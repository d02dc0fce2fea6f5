"""Without `echo`, and with SQLAlchemy 2.0's own `async_sessionmaker`."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from targets.article_sample.user import User, disposing
from targets.asgi_app import asgi_app
from targets.database.connection import ASYNCPG_ARGUMENTS, asyncpg_url

engine = create_async_engine(asyncpg_url(), connect_args=ASYNCPG_ARGUMENTS)
new_session = async_sessionmaker(engine, expire_on_commit=False)
app = asgi_app(disposing(engine))


@app.get("/users/{user_id}", response_model=None)
async def get_user(user_id: int) -> User | None:
    """Look a user up, and leave it to FastAPI what to make of a mapped object."""
    async with new_session() as session:
        found = await session.execute(select(User).where(User.id == user_id))
        user: User | None = found.scalar_one_or_none()
        return user
