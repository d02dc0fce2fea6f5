from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from bench.load.http.client import Endpoint, HttpClient
from bench.load.http.response import Response

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Script = Callable[[socket.socket, int], None]


class Server:
    """A server in a thread; each connection runs a script with its number."""

    def __init__(self, script: Script) -> None:
        self.requests: list[bytes] = []
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._connections: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        for connection in self._connections:
            connection.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connections.append(connection)
            try:
                self._script(connection, len(self._connections))
            except OSError:
                continue


class Log:
    """A fake of what wants to know of requests."""

    def __init__(self) -> None:
        self.ended: list[Response] = []
        self.reconnects = 0

    def begin(self, name: str) -> Any:
        return SimpleNamespace(sent_s=0.0, name=name)

    def end(self, request: Any, response: Response) -> None:
        self.ended.append(response)

    def reconnected(self) -> None:
        self.reconnects += 1

    @property
    def outcomes(self) -> list[str]:
        return [response.outcome for response in self.ended]


class Scene:
    def __init__(self, script: Script, connections: Any = "keep-alive") -> None:
        self.server = Server(script)
        self.log = Log()
        endpoint = Endpoint.at(self.server.url, connections=connections, timeout_s=5.0)
        self.client = HttpClient(endpoint, self.log)

    def close(self) -> None:
        self.client.close()
        self.server.close()


@pytest.fixture
def play() -> Iterator[Callable[..., Scene]]:
    scenes: list[Scene] = []

    def play(script: Script, connections: str = "keep-alive") -> Scene:
        scenes.append(Scene(script, connections))
        return scenes[-1]

    yield play
    for scene in scenes:
        scene.close()


def answering(*answers: bytes) -> Script:
    """On each connection, give these answers to as many requests, piece by piece."""

    def script(connection: socket.socket, _: int) -> None:
        for answer in answers:
            if not connection.recv(65_536):
                return
            half = len(answer) // 2
            connection.sendall(answer[:half])
            connection.sendall(answer[half:])

    return script


def test_a_response_has_status_headers_and_body(play: Callable[..., Scene]) -> None:
    scene = play(
        answering(
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
    play: Callable[..., Scene],
) -> None:
    scene = play(answering(OK, OK))
    scene.client.get("/a?b=1")
    scene.client.delete("/c")
    assert [response.name for response in scene.log.ended] == ["GET /a?b=1", "DELETE /c"]
    assert scene.log.outcomes == ["ok", "ok"]
    assert scene.log.reconnects == 0


def test_chunked_bodies_are_put_together(play: Callable[..., Scene]) -> None:
    chunked = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    scene = play(answering(chunked, OK))
    assert scene.client.get("/").content == b"abcde"
    assert scene.client.get("/").content == b"ok"


def test_a_body_without_length_ends_with_its_connection(play: Callable[..., Scene]) -> None:
    def script(connection: socket.socket, _: int) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nall of it")
        connection.close()

    scene = play(script)
    assert scene.client.get("/").text == "all of it"
    assert scene.client.get("/").text == "all of it"
    assert scene.log.reconnects == 0


def test_head_does_not_wait_for_the_body_that_its_headers_tell_of(
    play: Callable[..., Scene],
) -> None:
    scene = play(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", OK))
    assert scene.client.head("/").status_code == 200
    assert scene.client.get("/").content == b"ok"


def test_interim_answers_are_skipped(play: Callable[..., Scene]) -> None:
    scene = play(answering(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK))
    response = scene.client.get("/")
    assert (response.status_code, response.content) == (200, b"ok")
    assert "link" not in response.headers


def test_with_close_each_request_has_a_connection_of_its_own(play: Callable[..., Scene]) -> None:
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
    play: Callable[..., Scene],
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
    scene.client.get("/")
    assert scene.log.outcomes == ["ok", "ok"]
    assert scene.log.reconnects == 1


def test_a_connection_closed_after_the_send_is_an_error_and_nothing_is_sent_twice(
    play: Callable[..., Scene],
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


def test_a_reset_in_the_middle_of_an_answer_is_an_error(play: Callable[..., Scene]) -> None:
    def script(connection: socket.socket, _: int) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    scene = play(script)
    scene.client.get("/")
    assert scene.log.outcomes == ["connection-reset"]


def test_a_response_that_is_not_whole_in_time_is_a_timeout(play: Callable[..., Scene]) -> None:
    def script(connection: socket.socket, number: int) -> None:
        connection.recv(65_536)
        connection.sendall(OK[:-1] if number == 1 else OK)

    scene = play(script)
    assert scene.client.get("/", timeout=0.05).status_code == 0
    assert scene.client.get("/").status_code == 200
    assert scene.log.outcomes == ["timeout", "ok"]
    assert scene.log.reconnects == 0


def test_what_is_no_http_is_a_bad_response(play: Callable[..., Scene]) -> None:
    scene = play(answering(b"SSH-2.0-OpenSSH\r\n\r\n"))
    scene.client.get("/")
    assert scene.log.outcomes == ["bad-response"]


def test_a_port_that_nobody_listens_on_refuses() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    log = Log()
    endpoint = Endpoint.at(url, connections="keep-alive", timeout_s=5.0)
    assert HttpClient(endpoint, log).get("/").error is not None
    assert log.outcomes == ["connection-refused"]


def test_a_large_body_is_sent_and_received_whole(play: Callable[..., Scene]) -> None:
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
    play: Callable[..., Scene],
) -> None:
    missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    scene = play(answering(OK, missing, missing, OK))
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


def test_tls_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="https://x"):
        Endpoint.at("https://x", connections="keep-alive", timeout_s=1.0)
