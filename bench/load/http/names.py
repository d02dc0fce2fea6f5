"""Names of requests, as tables show them."""

from __future__ import annotations


def name_as_ours(request_type: str, name: str) -> str:
    """Return a request's name in tables: Locust keeps the method apart from a path.

    >>> name_as_ours("GET", "/ping"), name_as_ours("GET", "check-out")
    ('GET /ping', 'check-out')
    """
    is_path = name.startswith(("/", "http://", "https://"))
    return f"{request_type} {name}" if is_path else name
