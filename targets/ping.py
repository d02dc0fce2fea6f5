"""The trivial answer of `GET /ping`, the same bytes in every target."""

from __future__ import annotations

PING_BODY = b'{"ping":"pong"}'
