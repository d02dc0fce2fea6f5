"""The engine of all variants that work with psycopg and block."""

from __future__ import annotations

from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from targets.database.connection import POOL_SIZE, PSYCOPG_ARGUMENTS, psycopg_url

engine = create_engine(
    psycopg_url(), pool_size=POOL_SIZE, max_overflow=0, connect_args=PSYCOPG_ARGUMENTS
)
# Used as `begin()`: a COMMIT ends each session. After the ROLLBACK of a plain close, psycopg
# forgets the statements that it has prepared, and asyncpg does not.
new_session = sessionmaker(engine)
