"""Responses that a block judges."""

from __future__ import annotations

from typing import Any

import pytest

from bench.load.http.rest import RestMixin

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
GONE = b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"
JSON = b'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"a": [1]}'


def as_in_locust(name: str) -> type[Exception]:
    return type(name, (Exception,), {"__module__": "locust.exception"})


def test_a_failed_check_says_why_in_one_line(play: Any) -> None:
    scene = play(play.answering(OK))
    with scene.client.get("/", catch_response=True) as response:
        response.failure("no\x1b[2J price\n" + "x" * 500)
    assert response.outcome == "check-failed"
    assert response.reason.startswith("no\\x1b[2J price\\n")
    assert len(response.reason) == 200


def test_the_last_word_counts(play: Any) -> None:
    scene = play(play.answering(GONE, OK, GONE))
    with scene.client.get("/", catch_response=True) as response:
        response.failure("expected, but")
        assert (response.outcome, response.reason) == ("http-410", "expected, but")
        response.success()
    with scene.client.get("/", catch_response=True) as response:
        response.failure("wrong")
        response.success()
    with scene.client.get("/", catch_response=True) as response:
        response.success()
        response.failure("wrong after all")
    assert [(one.outcome, one.reason) for one in scene.log.ended] == [
        ("ok", ""),
        ("ok", ""),
        ("check-failed", "wrong after all"),
    ]


def test_no_answer_cannot_be_made_a_success(play: Any) -> None:
    def script(connection: Any, _: int) -> None:
        connection.recv(65_536)
        connection.close()

    scene = play(script)
    with scene.client.get("/", catch_response=True) as response:
        response.success()
        response.failure("nor does this hide what happened")
    assert response.outcome == "connection-reset"
    assert "without an answer" in response.reason


def test_a_check_that_raises_has_failed_with_its_text_and_the_connection_goes_on(
    play: Any,
) -> None:
    scene = play(play.answering(OK, OK))
    with pytest.raises(KeyError), scene.client.get("/", catch_response=True):
        raise KeyError("price")
    assert scene.log.ended[0].outcome == "check-failed"
    assert scene.log.ended[0].reason == "KeyError: 'price'"
    assert scene.client.get("/").ok
    assert scene.log.reconnects == 0


@pytest.mark.parametrize("name", ["InterruptTaskSet", "StopUser", "RescheduleTask"])
def test_leaving_a_task_from_a_block_is_no_failure(name: str, play: Any) -> None:
    scene = play(play.answering(OK))
    steering = as_in_locust(name)
    with pytest.raises(steering), scene.client.get("/", catch_response=True):
        raise steering
    assert scene.log.outcomes == ["ok"]


def test_judging_is_refused_where_it_would_do_nothing(play: Any) -> None:
    scene = play(play.answering(OK, OK))
    response = scene.client.get("/")
    for judge in (response.success, lambda: response.failure("x"), response.__enter__):
        with pytest.raises(RuntimeError, match="catch_response=True"):
            judge()
    caught = scene.client.get("/", catch_response=True)
    with pytest.raises(RuntimeError, match="GET /: a response is judged in a block"):
        caught.failure("before the block")
    with caught:
        pass
    with pytest.raises(RuntimeError, match="judged in a block"):
        caught.success()


class User(RestMixin):
    def __init__(self, client: Any) -> None:
        self.client = client


def test_rest_reads_json_and_asks_for_it(play: Any) -> None:
    seen: list[bytes] = []
    scene = play(play.answering(JSON, seen=seen))
    with User(scene.client).rest("POST", "/", json={"x": 1}) as response:
        assert response.js == {"a": [1]}
    assert seen[0].count(b"Content-Type: application/json\r\n") == 1
    assert seen[0].count(b"Accept: ") == 1
    assert b"Accept: application/json\r\n" in seen[0]
    assert scene.log.outcomes == ["ok"]


@pytest.mark.parametrize(
    ("raised", "reason"),
    [
        (AssertionError("too few"), "too few"),
        (AssertionError("too few,"), 'too few, response was {"a": [1]}'),
        (AssertionError(), "AssertionError"),
        (IndexError("no item"), "IndexError: no item"),
    ],
)
def test_what_is_raised_in_a_rest_block_is_a_failed_check_and_no_more(
    raised: Exception, reason: str, play: Any
) -> None:
    scene = play(play.answering(JSON))
    with User(scene.client).rest("GET", "/"):
        raise raised
    assert (scene.log.ended[0].outcome, scene.log.ended[0].reason) == ("check-failed", reason)


def test_what_is_no_json_fails_a_rest_request(play: Any) -> None:
    scene = play(play.answering(OK, b"HTTP/1.1 204 X\r\n\r\n"))
    user = User(scene.client)
    with user.rest("GET", "/") as response:
        assert response.js is None
    with user.rest("GET", "/") as response:
        assert response.js is None
    assert scene.log.outcomes == ["check-failed", "ok"]
    assert "no JSON" in scene.log.ended[0].reason


def test_steering_locust_passes_through_a_rest_block(play: Any) -> None:
    scene = play(play.answering(OK))
    interrupt = as_in_locust("InterruptTaskSet")
    with pytest.raises(interrupt), User(scene.client).rest("GET", "/", name="x"):
        raise interrupt


def test_rest_with_a_fresh_parameter_keeps_one_name(play: Any) -> None:
    seen: list[bytes] = []
    scene = play(play.answering(JSON, JSON, seen=seen))
    user = User(scene.client)
    with user.rest_("GET", "/a"), user.rest_("GET", "/a?b=1"):
        pass
    assert b"/a?_=" in seen[0]
    assert {one.name for one in scene.log.ended} == {"GET /a?_=...", "GET /a?b=1&_=..."}
