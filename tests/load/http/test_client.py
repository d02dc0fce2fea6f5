from __future__ import annotations

import socket
import struct
import threading
import time
from typing import Any

import pytest

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def test_a_response_has_status_headers_and_body(play: Any) -> None:
    scene = play(
        play.answering(
            b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nSet-Cookie: a\r\n"
            b'set-cookie: b\r\nContent-Length: 8\r\n\r\n{"a": 1}'
        )
    )
    response = scene.client.post("/x", json={"b": 2}, name="create")
    assert (response.status_code, response.ok, response.name) == (201, True, "create")
    assert response.json() == {"a": 1}
    assert response.text == '{"a": 1}'
    assert response.headers["CONTENT-TYPE"] == "application/json"
    assert [
        value for name, value in response.headers.decoded() if name.lower() == "set-cookie"
    ] == [
        "a",
        "b",
    ]
    assert scene.log.outcomes == ["ok"]


def test_requests_share_a_connection_and_default_names_tell_method_and_path(
    play: Any,
) -> None:
    scene = play(play.answering(OK, OK))
    scene.client.get("/a?b=1")
    scene.client.delete("/c")
    assert [response.name for response in scene.log.ended] == ["GET /a?b=1", "DELETE /c"]
    assert scene.log.outcomes == ["ok", "ok"]
    assert scene.log.reconnects == 0


def test_chunked_bodies_are_put_together(play: Any) -> None:
    chunked = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    scene = play(play.answering(chunked, OK))
    assert scene.client.get("/").content == b"abcde"
    assert scene.client.get("/").content == b"ok"


def test_a_body_without_length_ends_with_its_connection(play: Any) -> None:
    def script(connection: socket.socket, _: int) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nall of it")
        connection.close()

    scene = play(script)
    assert scene.client.get("/").text == "all of it"
    assert scene.client.get("/").text == "all of it"
    assert scene.log.reconnects == 1


def test_head_does_not_wait_for_the_body_that_its_headers_tell_of(
    play: Any,
) -> None:
    scene = play(play.answering(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", OK))
    assert scene.client.head("/").status_code == 200
    assert scene.client.get("/").content == b"ok"


def test_interim_answers_are_skipped(play: Any) -> None:
    scene = play(play.answering(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK))
    response = scene.client.get("/")
    assert (response.status_code, response.content) == (200, b"ok")
    assert "link" not in response.headers


def test_with_close_each_request_has_a_connection_of_its_own(play: Any) -> None:
    numbers: list[int] = []

    def script(connection: socket.socket, number: int) -> None:
        assert b"Connection: close\r\n" in connection.recv(65_536)
        numbers.append(number)
        connection.sendall(OK)

    scene = play(script, "close")
    scene.client.get("/")
    scene.client.get("/")
    assert numbers == [1, 2]
    assert scene.log.reconnects == 0


def test_a_connection_closed_before_the_send_is_reopened_and_counted(
    play: Any,
) -> None:
    is_closed = threading.Event()

    def script(connection: socket.socket, _: int) -> None:
        connection.recv(65_536)
        connection.sendall(OK)
        connection.close()
        is_closed.set()

    scene = play(script)
    scene.client.get("/")
    assert is_closed.wait(5)
    time.sleep(0.01)  # who sends again at once may not hear of it in time
    scene.client.get("/")
    assert scene.log.outcomes == ["ok", "ok"]
    assert scene.log.reconnects == 1


def test_a_connection_closed_after_the_send_is_an_error_and_nothing_is_sent_twice(
    play: Any,
) -> None:
    seen: list[bytes] = []

    def script(connection: socket.socket, _: int) -> None:
        seen.append(connection.recv(65_536))
        connection.close()

    scene = play(script)
    response = scene.client.get("/")
    assert (response.status_code, response.ok) == (0, False)
    assert "without an answer" in str(response.error)
    assert scene.log.outcomes == ["connection-reset"]
    assert len(seen) == 1


def test_a_reset_in_the_middle_of_an_answer_is_an_error(play: Any) -> None:
    def script(connection: socket.socket, _: int) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    scene = play(script)
    scene.client.get("/")
    assert scene.log.outcomes == ["connection-reset"]


def test_a_response_that_is_not_whole_in_time_is_a_timeout(play: Any) -> None:
    def script(connection: socket.socket, number: int) -> None:
        connection.recv(65_536)
        connection.sendall(OK[:-1] if number == 1 else OK)

    scene = play(script)
    assert scene.client.get("/", timeout=0.05).status_code == 0
    assert scene.client.get("/").status_code == 200
    assert scene.log.outcomes == ["timeout", "ok"]
    assert scene.log.reconnects == 1


def test_what_is_no_http_is_a_bad_response(play: Any) -> None:
    scene = play(play.answering(b"SSH-2.0-OpenSSH\r\n\r\n"))
    scene.client.get("/")
    assert scene.log.outcomes == ["bad-response"]


def test_a_port_that_nobody_listens_on_refuses(play: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    client, log = play.client_of(url)
    response = client.get("/")
    assert response.error is not None
    assert "Connection refused" in response.reason
    assert log.outcomes == ["connection-refused"]


def test_a_large_body_is_sent_and_received_whole(play: Any) -> None:
    size = 4_000_000

    def script(connection: socket.socket, _: int) -> None:
        received = b""
        while not received.endswith(b"END"):
            received += connection.recv(1_000_000)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"y" * size)

    scene = play(script)
    response = scene.client.post("/", data=b"x" * size + b"END")
    assert len(response.content) == size


def test_a_caught_response_is_recorded_when_its_block_has_judged_it(
    play: Any,
) -> None:
    missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    scene = play(play.answering(OK, missing, missing, OK))
    with scene.client.get("/", catch_response=True) as response:
        assert scene.log.outcomes == []
        response.failure("not what was asked for")
    with scene.client.get("/", catch_response=True) as response:
        response.success()
    with scene.client.get("/", catch_response=True) as response:
        response.failure("gone")
    with pytest.raises(AssertionError), scene.client.get("/", catch_response=True) as response:
        raise AssertionError
    assert scene.log.outcomes == ["check-failed", "ok", "http-404", "check-failed"]
