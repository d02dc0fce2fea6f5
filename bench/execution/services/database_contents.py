"""What the database holds: the one place of its schema and rows."""

from __future__ import annotations

from typing import Final

ROWS: Final = 10_000

LOAD_CONTENTS: Final = f"""
CREATE TABLE users (
    id         integer PRIMARY KEY,
    name       text NOT NULL,
    email      text NOT NULL,
    bio        text NOT NULL,
    created_at timestamptz NOT NULL
);
INSERT INTO users (id, name, email, bio, created_at)
SELECT
    id,
    'User ' || id,
    'user' || id || '@example.org',
    repeat(md5(id::text), 4),
    timestamptz '2020-01-01 00:00:00+00' + id * interval '1 hour'
FROM generate_series(1, {ROWS}) AS id;
ANALYZE users;
"""  # noqa: S608 - the only thing filled in is the number above
"""The same rows each time, into whatever schema is first on the search path."""
