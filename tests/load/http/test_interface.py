"""What a locustfile may do with its client and its responses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from gevent.pool import Pool

from bench.load.http.client_options import ClientOptions
from bench.load.http.outcomes import BadStatusError
from bench.load.http.unsupported import UnsupportedOptionError

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
GONE = b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"


def test_every_method_has_its_verb(play: Any) -> None:
    seen: list[bytes] = []
    bodiless = b"HTTP/1.1 204 X\r\n\r\n"
    scene = play(play.answering(*[bodiless] * 7, seen=seen))
    client = scene.client
    for send in (client.get, client.post, client.put, client.patch, client.delete, client.head):
        send("/")
    client.options("/")
    assert [request.split()[0].decode() for request in seen] == (
        ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
    )


def test_the_same_request_is_named_as_in_locust_with_its_method(play: Any) -> None:
    scene = play(play.answering(*[OK] * 6))
    scene.client.get("/1")
    scene.client.get("/1", name="/[id]")
    scene.client.get("/1", name="one")
    with scene.client.rename_request("/all"):
        scene.client.get("/1")
        scene.client.post("/1", name="mine")
    scene.client.get("/1")
    assert [response.name for response in scene.log.ended] == [
        "GET /1",
        "GET /[id]",
        "one",
        "GET /all",
        "mine",
        "GET /1",
    ]


def test_whole_urls_of_the_target_are_paths(play: Any) -> None:
    seen: list[bytes] = []
    scene = play(play.answering(OK, OK, OK, OK, seen=seen))
    scene.client.get(f"{scene.server.url}/a/b?c=1")
    scene.client.get(scene.server.url.upper())
    scene.client.get("")
    scene.client.get(f"{scene.server.url}?q")
    assert [request.split()[1] for request in seen] == [b"/a/b?c=1", b"/", b"/", b"/?q"]
    assert [one.name for one in scene.log.ended] == ["GET /a/b?c=1", "GET /", "GET /", "GET /?q"]
    assert scene.log.reconnects == 0


def test_another_port_of_this_machine_may_be_asked_without_the_targets_secrets(play: Any) -> None:
    seen: list[bytes] = []
    other = play(play.answering(OK, seen=seen))
    options = ClientOptions(headers={"Authorization": "secret", "X-Team": "a"})
    scene = play(play.answering(OK), options=options)
    scene.client.auth_header = "secret too"
    assert scene.client.get(f"{other.server.url}/x").content == b"ok"
    assert f"Host: 127.0.0.1:{other.server.port}\r\n".encode() in seen[0]
    assert b"X-Team: a\r\n" in seen[0]
    assert b"secret" not in seen[0]
    assert scene.log.ended[0].name == f"GET {other.server.url}/x"


def test_another_machine_is_refused_and_that_is_recorded(play: Any) -> None:
    scene = play(play.answering(OK))
    response = scene.client.get("http://192.0.2.1/")
    assert "--allow-remote" in response.reason
    assert scene.log.outcomes == ["remote-refused"]


def test_headers_of_all_requests_can_be_overridden_by_one(play: Any) -> None:
    seen: list[bytes] = []
    options = ClientOptions(headers={"X-Team": "a", "User-Agent": "mine"})
    scene = play(play.answering(OK, OK, seen=seen), options=options)
    scene.client.get("/")
    scene.client.get("/", headers={"x-team": "b"})
    assert b"X-Team: a\r\n" in seen[0]
    assert seen[0].count(b"User-Agent") == 1
    assert seen[1].lower().count(b"x-team") == 1
    assert b"x-team: b\r\n" in seen[1]


def test_credentials_may_be_given_to_one_request_or_to_all(play: Any) -> None:
    seen: list[bytes] = []
    scene = play(play.answering(OK, OK, OK, seen=seen))
    scene.client.get("/", auth=("me", "pass"))
    scene.client.auth_header = "Bearer x"
    scene.client.get("/")
    scene.client.auth_header = None
    scene.client.get("/")
    assert b"Authorization: Basic bWU6cGFzcw==\r\n" in seen[0]
    assert b"Authorization: Bearer x\r\n" in seen[1]
    assert b"Authorization" not in seen[2]


def test_the_targets_url_can_be_read_and_not_changed(play: Any) -> None:
    scene = play(play.answering(OK))
    assert scene.client.base_url == scene.server.url
    scene.client.base_url = f"{scene.server.url}/"
    with pytest.raises(ValueError, match="can't change that"):
        scene.client.base_url = "http://127.0.0.1:1"


def test_a_response_has_what_locusts_has(play: Any) -> None:
    latin = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=latin-1\r\n"
    scene = play(play.answering(latin + b"Content-Length: 1\r\n\r\n\xe4", GONE))
    response = scene.client.post("/x", json={"a": 1})
    assert response.text == "ä"
    response.encoding = "cp437"
    assert response.text == "Σ"
    assert response.url == f"{scene.server.url}/x"
    assert isinstance(response.elapsed, timedelta)
    assert (response.request.method, response.request.url) == ("POST", response.url)
    assert response.request.headers["content-type"] == "application/json"
    assert response.request.body == b'{"a": 1}'
    response.raise_for_status()
    with pytest.raises(BadStatusError, match="status 410"):
        scene.client.get("/").raise_for_status()


def test_a_request_that_failed_raises_what_it_failed_with_when_asked(play: Any) -> None:
    scene = play(lambda connection, _: connection.close())
    response = scene.client.get("/")
    with pytest.raises(ConnectionResetError):
        response.raise_for_status()
    assert (response.content, response.text, response.ok) == (b"", "", False)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"stream": True}, "declared stream"),
        ({"files": {"a": b"b"}}, "data= and its Content-Type"),
        ({"verify": True}, "insecure = False"),
        ({"proxies": {"http": "x"}}, "make it the target"),
        ({"timeout": (1, 2)}, "a number of seconds"),
        ({"timeout": 0}, "a number of seconds"),
        ({"auth": "me"}, "a name and a password"),
    ],
)
def test_what_is_not_supported_is_named_with_what_does_it(
    options: dict[str, Any], says: str, play: Any
) -> None:
    scene = play(play.answering(OK))
    with pytest.raises(ValueError, match=says):
        scene.client.get("/", **options)
    assert scene.log.ended == []


def test_options_that_ask_for_nothing_may_stay_and_unknown_ones_may_not(play: Any) -> None:
    scene = play(play.answering(OK))
    assert scene.client.get("/", stream=False, files=None).ok
    with pytest.raises(TypeError, match="no option 'jsn'"):
        scene.client.post("/", jsn={})
    with pytest.raises(UnsupportedOptionError, match="iter_lines"):
        scene.client.iter_lines("/")


@pytest.mark.parametrize("url", ["relative", "ftp://x/", "http://me:pass@127.0.0.1/", "http://"])
def test_what_is_no_url_of_a_request_is_refused(url: str, play: Any) -> None:
    with pytest.raises(ValueError, match=r"slash|auth=|URL begins"):
        play(play.answering(OK)).client.get(url)


def test_requests_at_once_have_connections_of_their_own(play: Any) -> None:
    numbers: list[int] = []

    def script(connection: Any, number: int) -> None:
        numbers.append(number)
        connection.recv(65_536)
        connection.sendall(OK)

    scene = play(script)
    pool = Pool(2)
    pool.map(scene.client.get, ["/a", "/b"])
    assert sorted(numbers) == [1, 2]
    assert scene.log.outcomes == ["ok", "ok"]
    assert scene.log.reconnects == 0
