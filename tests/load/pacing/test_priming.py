from __future__ import annotations

import doctest
import socket
import threading
from collections.abc import Iterator

import gevent
import pytest

from bench.load.http.client import Endpoint
from bench.load.pacing import priming
from bench.load.pacing.priming import StartingLine, open_served_connections

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n%b\r\nok"


@pytest.fixture
def server() -> Iterator[tuple[socket.socket, list[bytes]]]:
    """Answer one request on each connection, in the order of `answers`; the last one stays."""
    answers = [ANSWER % b""]
    listening = socket.create_server(("127.0.0.1", 0))
    kept: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            kept.append(connection)
            connection.recv(65_536)
            connection.sendall(answers.pop(0) if len(answers) > 1 else answers[0])

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listening, answers
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    for connection in kept:
        connection.close()
    thread.join(5)


def endpoint_of(listening: socket.socket, connections: str = "keep-alive") -> Endpoint:
    port = listening.getsockname()[1]
    return Endpoint.at(f"http://127.0.0.1:{port}", connections=connections, timeout_s=5.0)


def test_each_connection_has_been_answered_once(
    server: tuple[socket.socket, list[bytes]],
) -> None:
    connections = open_served_connections(endpoint_of(server[0]), "/ping", 3)
    assert len(connections) == 3
    assert not any(connection.was_closed_by_peer for connection in connections)
    for connection in connections:
        connection.close()


def test_a_target_that_closes_connections_is_not_pressed(
    server: tuple[socket.socket, list[bytes]],
) -> None:
    listening, answers = server
    answers[:] = [ANSWER % b"", ANSWER % b"Connection: close\r\n"]
    connections = open_served_connections(endpoint_of(listening), "/ping", 5)
    assert len(connections) == 1
    connections[0].close()


def test_without_keep_alive_nothing_is_opened(server: tuple[socket.socket, list[bytes]]) -> None:
    assert open_served_connections(endpoint_of(server[0], "close"), "/ping", 5) == []


def test_a_target_that_is_not_there_has_no_connections() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        endpoint = endpoint_of(listening)
    assert open_served_connections(endpoint, "/ping", 5) == []


def test_nobody_starts_before_the_last_has_arrived() -> None:
    line, started = StartingLine(3), []

    def arrive(number: int) -> None:
        line.wait()
        started.append(number)

    users = [gevent.spawn(arrive, number) for number in range(2)]
    gevent.sleep(0.2)
    assert started == []
    users.append(gevent.spawn(arrive, 2))
    gevent.joinall(users, timeout=5)
    assert sorted(started) == [0, 1, 2]


def test_examples_in_docstrings_hold() -> None:
    assert doctest.testmod(priming).failed == 0
