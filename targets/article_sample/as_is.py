"""The sample with the imports that it shows, and no others: each request fails."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import sessionmaker

from targets.article_sample.user import disposing
from targets.asgi_app import asgi_app
from targets.database.connection import ASYNCPG_ARGUMENTS, asyncpg_url

engine = create_async_engine(asyncpg_url(), echo=True, connect_args=ASYNCPG_ARGUMENTS)
new_session = sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)  # type: ignore[call-overload]
app = asgi_app(disposing(engine))


@app.get("/users/{user_id}", response_model=None)
async def get_user(user_id: int):  # type: ignore[no-untyped-def]
    """Look a user up, by names that nobody has imported."""
    async with new_session() as session:
        found = await session.execute(select(User).where(User.id == user_id))  # type: ignore[name-defined]  # noqa: F821
        return found.scalar_one_or_none()
