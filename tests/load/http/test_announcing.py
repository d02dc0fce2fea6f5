from __future__ import annotations

from typing import Any

import pytest

from bench.load.http.announcing import AnnouncingLog
from bench.load.http.client import Endpoint, HttpClient
from bench.load.http.outcomes import BadStatusError, CheckFailedError

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
GONE = b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"


def announcing(play: Any, script: Any) -> tuple[HttpClient, list[dict[str, Any]], Any]:
    scene = play(script)
    told: list[dict[str, Any]] = []
    log = AnnouncingLog(scene.log, lambda **event: told.append(event), lambda: {"user": 1})
    endpoint = Endpoint.at(scene.server.url, connections="close", timeout_s=5.0)
    return HttpClient(endpoint, log), told, scene.log


def test_a_request_is_announced_as_locust_does(play: Any) -> None:
    client, told, log = announcing(play, play.answering(OK))
    response = client.get("/a", context={"more": 2})
    assert log.ended == [response]
    (event,) = told
    assert event["response"] is response
    assert (event["request_type"], event["name"]) == ("GET", "/a")
    assert event["response_time"] == pytest.approx(response.service_s * 1e3)
    assert event["response_length"] == 2
    assert event["exception"] is None
    assert event["url"] == f"{client.base_url}/a"
    assert event["context"] == {"user": 1, "more": 2}


def test_failures_are_announced_with_an_exception(play: Any) -> None:
    client, told, _ = announcing(play, play.answering(GONE))
    client.get("/")
    assert isinstance(told[0]["exception"], BadStatusError)
    client, told, _ = announcing(play, play.answering(OK))
    with client.get("/", name="checked", catch_response=True) as response:
        assert told == []
        response.failure("wrong")
    assert isinstance(told[0]["exception"], CheckFailedError)
    assert (str(told[0]["exception"]), told[0]["name"]) == ("wrong", "checked")
    client, told, _ = announcing(play, lambda connection, _: connection.close())
    client.get("/")
    assert isinstance(told[0]["exception"], ConnectionResetError)
