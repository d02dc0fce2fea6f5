"""Without `echo`, and with a return type: pydantic writes the answer."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from targets.article_sample.user import User, UserOut, disposing
from targets.asgi_app import asgi_app
from targets.database.connection import ASYNCPG_ARGUMENTS, asyncpg_url

engine = create_async_engine(asyncpg_url(), connect_args=ASYNCPG_ARGUMENTS)
new_session = async_sessionmaker(engine, expire_on_commit=False)
app = asgi_app(disposing(engine))


@app.get("/users/{user_id}")
async def get_user(user_id: int) -> UserOut:
    """Look a user up, and answer what the model says."""
    async with new_session() as session:
        found = await session.execute(select(User).where(User.id == user_id))
        return UserOut.model_validate(found.scalar_one())
