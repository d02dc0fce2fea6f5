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


def test_a_header_of_ones_own_replaces_that_of_all_requests() -> None:
    request = BUILDER.build("GET", "/", headers={"accept": "text/html", "host": "other"})
    assert request.lower().count(b"accept:") == 1
    assert b"accept: text/html\r\n" in request
    assert b"host: other\r\n" in request
    assert b"127.0.0.1" not in request


def test_siblings_share_what_they_have_built() -> None:
    sibling = BUILDER.sibling(None, {"X-Team": "a"})
    assert BUILDER.sibling(None, {"X-Team": "a"}) is sibling
    assert BUILDER.sibling(None, {}) is BUILDER
    assert b"X-Team: a\r\n" in sibling.build_plain("GET", "/")
    assert b"Host: other:1\r\n" in BUILDER.sibling("other:1", {}).build_plain("GET", "/")


def test_bodies_may_be_bytes_texts_and_forms() -> None:
    assert BUILDER.build("POST", "/", data=[("a", 1), ("a", 2)]).endswith(b"\r\n\r\na=1&a=2")
    assert BUILDER.build("POST", "/", data="ä").endswith("ä".encode())
    assert BUILDER.build("POST", "/", data=memoryview(b"x")).endswith(b"\r\n\r\nx")  # type: ignore[arg-type]
    assert BUILDER.build("POST", "/", data=b"x", headers={"Content-Length": 1}).endswith(b"x")
    assert BUILDER.build("POST", "/", data="", json_body=[]).endswith(b"[]")


def test_values_of_headers_may_be_numbers_and_bytes() -> None:
    request = BUILDER.build("GET", "/", headers={"A": 1, "B": b"x\xe4", "C": "tab\there"})
    assert b"A: 1\r\nB: x\xe4\r\nC: tab\there\r\n" in request


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"path": "a"}, "slash"),
        ({"path": "http://other/"}, "slash"),
        ({"path": "/a\nb"}, "control characters"),
        ({"path": "/a\x7f"}, "control characters"),
        ({"headers": {"X": "a\r\nY: b"}}, "control character"),
        ({"headers": {"X": "\x00"}}, "control character"),
        ({"headers": {"": "a"}}, "is no header"),
        ({"headers": {"a b": "c"}}, "is no header"),
        ({"headers": {"a": "€"}}, "Latin-1"),
        ({"headers": {"a": None}}, "a text is wanted"),
        ({"headers": {"Transfer-Encoding": "chunked"}}, "bodies have a length"),
        ({"headers": {"content-length": "5"}, "data": b"x"}, "the body has 1 bytes"),
        ({"json_body": 1, "data": b"x"}, "json or data"),
        ({"json_body": {"a": float("nan")}}, "can't be sent as JSON"),
        ({"json_body": {"a": object()}}, "can't be sent as JSON"),
        ({"data": 5}, "data is bytes"),
        ({"data": [1, 2]}, "data is bytes"),
        ({"method": "GE T"}, "no method"),
    ],
)
def test_what_cannot_be_sent_is_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        BUILDER.build(**{"method": "GET", "path": "/"} | options)
