"""The queries as SQLAlchemy statements, for its sync and its async variant alike."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, bindparam, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from targets.database.answer import MANY_ROWS, WAIT_S


class Base(DeclarativeBase):
    """The declarative base of the one table."""


class User(Base):
    """A row of the table that the harness's `postgres` service fills."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str]
    bio: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


LOOKUP = select(User.id, User.name, User.email, User.bio, User.created_at).where(
    User.id == bindparam("user_id")
)
WAIT = select(func.pg_sleep(WAIT_S))
MANY = (
    select(User.id, User.name, User.email, User.bio, User.created_at)
    .where(User.id >= bindparam("user_id"))
    .order_by(User.id)
    .limit(MANY_ROWS)
)
