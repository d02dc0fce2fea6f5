from __future__ import annotations

from typing import Any

import pytest

from bench.load.http.request_bytes import RequestBuilder

BUILDER = RequestBuilder("127.0.0.1:80", "keep-alive")


def test_a_plain_request_is_built_once() -> None:
    request = BUILDER.build_plain("GET", "/a?b=c")
    assert request.startswith(b"GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:80\r\n")
    assert request.endswith(b"\r\n\r\n")
    assert BUILDER.build_plain("GET", "/a?b=c") is request


def test_a_body_brings_its_length_and_its_type() -> None:
    request = BUILDER.build("POST", "/", json_body={"a": 1})
    assert b"Content-Type: application/json\r\nContent-Length: 8\r\n\r\n" in request
    form = BUILDER.build("POST", "/", data={"a": "b c"})
    assert form.endswith(b"Content-Length: 5\r\n\r\na=b+c")
    assert b"Content-Length: 0" in BUILDER.build("PUT", "/")
    assert b"Content-Length" not in BUILDER.build("DELETE", "/")


def test_a_content_type_of_ones_own_is_kept() -> None:
    request = BUILDER.build("POST", "/", json_body=1, headers={"content-type": "text/x"})
    assert request.lower().count(b"content-type") == 1


def test_parameters_follow_those_of_the_path() -> None:
    request = BUILDER.build("GET", "/a?b=1", params={"c": ["2", "3"]})
    assert request.startswith(b"GET /a?b=1&c=2&c=3 HTTP/1.1\r\n")


def test_what_no_path_may_hold_is_escaped() -> None:
    assert BUILDER.build("GET", "/ä b#c").startswith(b"GET /%C3%A4%20b HTTP/1.1\r\n")


def test_connections_that_close_say_so() -> None:
    assert b"Connection: close\r\n" in RequestBuilder("h", "close").build("GET", "/")


@pytest.mark.parametrize(
    "options",
    [
        {"path": "a"},
        {"path": "http://other/"},
        {"path": "/", "headers": {"X": "a\r\nY: b"}},
        {"path": "/", "headers": {"": "a"}},
        {"path": "/", "json_body": 1, "data": b"x"},
    ],
)
def test_what_cannot_be_sent_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"slash|header|json or data"):
        BUILDER.build("GET", **options)
