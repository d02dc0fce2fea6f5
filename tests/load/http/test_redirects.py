from __future__ import annotations

import socket
from typing import Any

import pytest

from bench.load.http.client_options import ClientOptions
from bench.load.http.outcomes import RedirectError
from bench.load.http.redirects import Hop

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def to(location: str, status: int = 302, more: str = "") -> bytes:
    head = f"HTTP/1.1 {status} X\r\nLocation: {location}\r\n{more}Content-Length: 0\r\n\r\n"
    return head.encode("latin-1")


@pytest.mark.parametrize(
    ("method", "status", "becomes", "keeps_body"),
    [
        ("POST", 301, "GET", False),
        ("POST", 302, "GET", False),
        ("PUT", 303, "GET", False),
        ("HEAD", 303, "HEAD", True),
        ("POST", 307, "POST", True),
        ("DELETE", 308, "DELETE", True),
    ],
)
def test_the_status_decides_what_is_asked_next(
    method: str, status: int, becomes: str, keeps_body: bool
) -> None:
    hop = Hop(method, "http://a/x", {"Content-Type": "t", "X": "y"}, data=b"body", params={"p": 1})
    hop = hop.redirected(status, "/y")
    assert (hop.method, hop.url, hop.params) == (becomes, "http://a/y", None)
    assert (hop.data is not None) == keeps_body
    assert ("Content-Type" in hop.headers) == keeps_body
    assert hop.headers["X"] == "y"


def test_credentials_stay_with_the_host_that_they_are_for() -> None:
    hop = Hop("GET", "http://a/", {"Authorization": "secret", "Cookie": "c", "X": "y"})
    assert hop.redirected(302, "/z").headers == {"Authorization": "secret", "X": "y"}
    assert hop.redirected(302, "http://A:80/z").headers == {"Authorization": "secret", "X": "y"}
    for elsewhere in ("http://b/", "https://a/", "http://a:81/", "//b/"):
        assert hop.redirected(302, elsewhere).headers == {"X": "y"}


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("b?c=1", "http://a/d/b?c=1"),
        ("/b#part", "http://a/b"),
        ("?x", "http://a/d/e?x"),
        ("//b/c", "http://b/c"),
    ],
)
def test_a_location_may_be_relative(location: str, url: str) -> None:
    assert Hop("GET", "http://a/d/e", {}).redirected(302, location).url == url


@pytest.mark.parametrize("location", ["ftp://a/", "http://[", "/a\x01b", "http://u:p@a/"])
def test_a_location_that_leads_nowhere_is_refused(location: str) -> None:
    with pytest.raises(RedirectError, match="redirected to"):
        Hop("GET", "http://a/", {}).redirected(302, location)


def test_a_chain_is_one_request_whose_hops_can_be_seen(play: Any) -> None:
    seen: list[bytes] = []
    scene = play(play.answering(to("/b"), to("/c?d=1", 307), OK, seen=seen))
    response = scene.client.post("/a", json={"x": 1})
    assert [request.split(b" HTTP")[0] for request in seen] == [
        b"POST /a",
        b"GET /b",
        b"GET /c?d=1",
    ]
    assert len(scene.log.ended) == 1
    assert (response.status_code, response.content, response.redirects) == (200, b"ok", 2)
    assert [hop.status_code for hop in response.history] == [302, 307]
    assert (response.name, response.path) == ("POST /a", "/a")
    assert response.url == f"{scene.server.url}/c?d=1"
    assert response.bytes_received == len(to("/b") + to("/c?d=1", 307) + OK)


def test_a_body_is_sent_again_where_the_method_stays(play: Any) -> None:
    seen: list[bytes] = []
    scene = play(play.answering(to("/b", 308), OK, seen=seen))
    scene.client.put("/a", data=b"the body")
    assert seen[1].startswith(b"PUT /b ")
    assert seen[1].endswith(b"the body")


def test_redirects_are_not_followed_where_that_is_asked_for(play: Any) -> None:
    scene = play(play.answering(to("/b")))
    response = scene.client.get("/a", allow_redirects=False)
    assert (response.status_code, response.outcome, response.redirects) == (302, "ok", 0)


def test_a_redirect_without_a_location_is_an_answer(play: Any) -> None:
    scene = play(play.answering(b"HTTP/1.1 302 X\r\nContent-Length: 0\r\n\r\n"))
    assert scene.client.get("/a").status_code == 302
    assert scene.log.outcomes == ["ok"]


def test_too_many_redirects_are_an_error(play: Any) -> None:
    scene = play(play.answering(*[to("/a")] * 4), options=ClientOptions(max_redirects=3))
    response = scene.client.get("/a")
    assert (response.outcome, response.reason) == ("bad-redirect", "redirected more than 3 times")
    assert len(scene.log.ended) == 1
    assert not response.ok


def test_a_redirect_to_another_port_of_this_machine_is_followed(play: Any) -> None:
    other = play(play.answering(OK))
    scene = play(play.answering(to(f"{other.server.url}/there")))
    response = scene.client.get("/", auth=("me", "secret"))
    assert (response.content, response.redirects) == (b"ok", 1)


def test_a_redirect_to_another_machine_is_refused(play: Any) -> None:
    scene = play(play.answering(to("http://192.0.2.1/")))
    response = scene.client.get("/")
    assert response.outcome == "remote-refused"
    assert "192.0.2.1" in response.reason
    assert "--allow-remote" in response.reason


def test_the_time_limit_is_for_the_whole_chain(play: Any) -> None:
    def script(connection: socket.socket, _: int) -> None:
        connection.recv(65_536)
        connection.sendall(to("/b"))
        connection.recv(65_536)

    scene = play(script, timeout_s=0.1)
    response = scene.client.get("/")
    assert (response.outcome, response.status_code, response.redirects) == ("timeout", 0, 1)


def test_what_goes_wrong_after_a_redirect_is_what_the_request_came_to(play: Any) -> None:
    scene = play(play.answering(to("/b"), b"HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n"))
    response = scene.client.get("/")
    assert (response.outcome, response.reason) == ("http-500", "status 500")
