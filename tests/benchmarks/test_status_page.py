from __future__ import annotations

import pytest

from bench.errors import TargetError
from benchmarks.status_page import parse_page
from benchmarks.waiting_server import Counts

NGINX = """\
HTTP/1.1 200 OK\r
Server: nginx/1.22.1\r
\r
Active connections: 65 
server accepts handled requests
 1042 1042 500123 
Reading: 0 Writing: 1 Waiting: 64 
"""  # noqa: W291 - nginx writes these spaces


def test_those_who_asked_for_the_counts_are_not_counted() -> None:
    count = parse_page(NGINX, 7.5, asked=3)

    assert (count.t_s, count.active) == (7.5, 64)
    assert (count.accepted, count.requests) == (1039, 500_120)


def test_our_own_server_has_the_same_page() -> None:
    counts = Counts()
    counts.active, counts.accepted, counts.requests = 2, 5, 9

    count = parse_page(counts.page().decode(), 0.0, asked=1)

    assert (count.active, count.accepted, count.requests) == (1, 4, 8)


def test_another_page_is_refused() -> None:
    with pytest.raises(TargetError, match="404 Not Found"):
        parse_page("HTTP/1.1 404 Not Found\r\n\r\n", 0.0, asked=1)
