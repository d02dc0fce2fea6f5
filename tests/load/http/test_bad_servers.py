from __future__ import annotations

import os
import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.mark.parametrize(
    "garbage",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"\x00\xff" * 100,
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokk",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
    ],
)
def test_what_is_no_answer_is_a_bad_response_and_the_next_one_counts(
    garbage: bytes, play: Any
) -> None:
    def script(connection: socket.socket, number: int) -> None:
        connection.recv(65_536)
        connection.sendall(garbage if number == 1 else OK)

    scene = play(script)
    response = scene.client.get("/")
    assert response.outcome == "bad-response"
    assert response.reason
    assert response.bytes_received > 0
    assert scene.client.get("/").content == b"ok"
    assert scene.log.reconnects == 1


def test_a_body_that_is_shorter_than_it_says_is_a_reset(play: Any) -> None:
    def script(connection: socket.socket, _: int) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        connection.close()

    scene = play(script)
    response = scene.client.get("/")
    assert (response.outcome, response.status_code) == ("connection-reset", 0)
    assert "in the middle of its answer" in response.reason


def test_chunks_that_end_too_early_are_a_reset(play: Any) -> None:
    def script(connection: socket.socket, _: int) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        connection.close()

    assert play(script).client.get("/").outcome == "connection-reset"


@pytest.mark.parametrize("surplus", [b"more", OK, b"\r\n" + OK])
def test_more_than_was_asked_for_is_not_taken_for_the_next_answer(
    surplus: bytes, play: Any
) -> None:
    def script(connection: socket.socket, number: int) -> None:
        connection.recv(65_536)
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst" + surplus if number == 1 else OK
        )

    scene = play(script)
    first = scene.client.get("/")
    assert (first.content, first.outcome) == (b"first", "ok")
    assert "content-length" in first.headers
    assert len(first.headers.pairs) == 1
    assert scene.client.get("/").content == b"ok"
    assert scene.log.reconnects == 1


def test_what_comes_unasked_later_costs_the_connection(play: Any) -> None:
    has_said_more = threading.Event()

    def script(connection: socket.socket, number: int) -> None:
        connection.recv(65_536)
        connection.sendall(OK)
        if number == 1:
            connection.sendall(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
            has_said_more.set()

    scene = play(script)
    scene.client.get("/")
    assert has_said_more.wait(5)
    time.sleep(0.01)  # who sends again at once may not hear of it in time
    assert scene.client.get("/").status_code == 200
    assert scene.log.reconnects == 1


def test_204_and_304_have_no_body_whatever_their_headers_say(play: Any) -> None:
    scene = play(
        play.answering(
            b"HTTP/1.1 204 No Content\r\n\r\n",
            b"HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n",
            OK,
        )
    )
    statuses = [scene.client.get("/").status_code for _ in range(3)]
    assert statuses == [204, 304, 200]
    assert scene.log.outcomes == ["ok"] * 3
    assert scene.log.reconnects == 0


def test_a_body_after_head_is_not_kept(play: Any) -> None:
    def script(connection: socket.socket, _: int) -> None:
        connection.recv(65_536)
        connection.sendall(OK)

    scene = play(script)
    response = scene.client.head("/")
    assert (response.status_code, response.content) == (200, b"")
    assert scene.client.get("/").content == b"ok"


def test_trailers_after_chunks_are_no_part_of_the_body(play: Any) -> None:
    chunked = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
        b"3\r\nabc\r\n0\r\nX-Sum: 6\r\n\r\n"
    )
    scene = play(play.answering(chunked, OK))
    assert scene.client.get("/").content == b"abc"
    assert scene.client.get("/").content == b"ok"
    assert scene.log.reconnects == 0


def test_a_target_that_closes_each_connection_is_seen_in_the_reconnects(play: Any) -> None:
    closing = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
    scene = play(play.answering(closing))
    for _ in range(3):
        scene.client.get("/")
    assert scene.log.outcomes == ["ok"] * 3
    assert scene.log.reconnects == 2


@pytest.mark.parametrize("endless", [b"X-A: " + b"a" * 65_000 + b"\r\n", b"HTTP/1.1 100 C\r\n\r\n"])
def test_a_head_without_end_is_given_up(endless: bytes, play: Any) -> None:
    def script(connection: socket.socket, _: int) -> None:
        connection.recv(65_536)
        if not endless.startswith(b"HTTP"):
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(endless * (65_536 // len(endless) + 1))

    response = play(script).client.get("/")
    assert response.outcome == "bad-response"
    assert "a head of more than" in response.reason


def test_bytes_are_counted_as_they_came(play: Any) -> None:
    interim = b"HTTP/1.1 103 Early Hints\r\n\r\n"
    scene = play(play.answering(interim + OK, OK))
    assert scene.client.get("/").bytes_received == len(interim + OK)
    assert scene.client.get("/").bytes_received == len(OK)


def test_no_first_byte_in_time_is_an_outcome_of_its_own(play: Any) -> None:
    def script(connection: socket.socket, number: int) -> None:
        connection.recv(65_536)
        connection.sendall(b"" if number == 1 else OK)

    scene = play(script, first_byte_timeout_s=0.05)
    response = scene.client.get("/")
    assert (response.outcome, response.reason) == ("first-byte-timeout", "not within 0.05 s")
    assert scene.client.get("/").content == b"ok"


def test_an_answer_that_begins_in_time_may_take_longer_than_its_first_byte(play: Any) -> None:
    may_go_on = threading.Event()

    def script(connection: socket.socket, _: int) -> None:
        connection.recv(65_536)
        connection.sendall(OK[:5])
        may_go_on.wait(0.3)
        connection.sendall(OK[5:])

    assert play(script, first_byte_timeout_s=0.1).client.get("/").outcome == "ok"


@contextmanager
def full_backlog() -> Iterator[str]:
    """Listen, and let nobody in any more."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(8):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_no_connection_in_time_is_an_outcome_of_its_own(play: Any) -> None:
    with full_backlog() as url:
        client, log = play.client_of(url, connect_timeout_s=0.05)
        assert client.get("/").reason == "not within 0.05 s"
        assert log.outcomes == ["connect-timeout"]


def test_the_whole_time_limit_holds_for_connecting_too(play: Any) -> None:
    with full_backlog() as url:
        client, log = play.client_of(url, timeout_s=0.05)
        client.open()
        client.get("/")
        assert log.outcomes == ["timeout"]


@contextmanager
def no_more_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    spare = os.dup(0)
    os.close(spare)
    resource.setrlimit(resource.RLIMIT_NOFILE, (spare, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_files_that_ran_out_are_the_generators_fault(play: Any) -> None:
    scene = play(play.answering(OK))
    with no_more_files():
        response = scene.client.get("/")
    assert response.outcome == "generator-no-files"
    assert "Too many open files" in response.reason
    assert scene.client.get("/").outcome == "ok"


def test_bytes_of_a_failed_answer_are_counted_and_its_reason_fits_one_line(play: Any) -> None:
    scene = play(play.answering(b"HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n"))
    response = scene.client.get("/")
    assert (response.outcome, response.reason) == ("http-503", "status 503")
    assert response.bytes_received == 37
