from __future__ import annotations

import socket
import ssl
import struct
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from bench.load.http.client_options import ClientOptions
from bench.load.http.tls import verifying_context

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def test_requests_share_a_connection_whose_certificate_nobody_verified(
    play: Any, server_tls: ssl.SSLContext
) -> None:
    scene = play(play.answering(OK, OK, OK), tls=server_tls)
    assert [scene.client.get("/").content for _ in range(3)] == [b"ok"] * 3
    assert scene.log.outcomes == ["ok"] * 3
    assert scene.log.reconnects == 0  # the tickets of TLS 1.3 came unasked, and are no answer
    assert scene.log.ended[0].bytes_received == len(OK)
    assert scene.log.ended[0].url.startswith("https://")


def test_a_connection_opened_ahead_is_used(play: Any, server_tls: ssl.SSLContext) -> None:
    scene = play(play.answering(OK), tls=server_tls)
    scene.client.open()
    assert scene.client.get("/").content == b"ok"
    assert scene.log.reconnects == 0


def test_large_bodies_pass_in_both_directions(play: Any, server_tls: ssl.SSLContext) -> None:
    size = 3_000_000

    def script(connection: socket.socket, _: int) -> None:
        received = b""
        while not received.endswith(b"END"):
            received += connection.recv(1_000_000)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"y" * size)

    scene = play(script, tls=server_tls)
    assert len(scene.client.post("/", data=b"x" * size + b"END").content) == size


def test_a_certificate_is_verified_where_that_is_asked_for(
    play: Any, server_tls: ssl.SSLContext, certificate: Path
) -> None:
    strict = ClientOptions(tls=verifying_context())
    scene = play(play.answering(OK), tls=server_tls, options=strict)
    response = scene.client.get("/")
    assert response.outcome == "tls-bad-certificate"
    assert "self" in response.reason

    trusting = ssl.create_default_context(cafile=str(certificate))
    scene = play(play.answering(OK), tls=server_tls, options=ClientOptions(tls=trusting))
    assert scene.client.get("/").outcome == "ok"


def test_the_server_is_told_which_host_is_meant(play: Any, server_tls: ssl.SSLContext) -> None:
    asked: list[str | None] = []
    server_tls.sni_callback = lambda _, name, __: asked.append(name)
    scene = play(play.answering(OK), tls=server_tls)
    client, _ = play.client_of(f"https://localhost:{scene.server.port}")
    client.get("/")
    assert asked == ["localhost"]


def test_a_server_without_tls_is_a_tls_error(play: Any) -> None:
    scene = play(play.answering(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    client, log = play.client_of(f"https://127.0.0.1:{scene.server.port}")
    client.get("/")
    assert log.outcomes == ["tls-error"]


def test_a_close_in_the_handshake_is_a_reset(play: Any) -> None:
    def script(connection: socket.socket, _: int) -> None:
        connection.recv(65_536)
        connection.close()

    scene = play(script)
    client, log = play.client_of(f"https://127.0.0.1:{scene.server.port}")
    assert "handshake" in client.get("/").reason
    assert log.outcomes == ["connection-reset"]


def test_a_server_that_never_shakes_hands_is_a_connect_timeout(play: Any) -> None:
    scene = play(lambda connection, _: connection.recv(65_536))
    client, log = play.client_of(f"https://127.0.0.1:{scene.server.port}", connect_timeout_s=0.05)
    client.get("/")
    assert log.outcomes == ["connect-timeout"]


@pytest.mark.parametrize(("says_goodbye", "outcome"), [(True, "ok"), (False, "connection-reset")])
def test_a_body_that_ends_with_its_connection_ends_with_a_goodbye(
    says_goodbye: bool, outcome: str, play: Any, server_tls: ssl.SSLContext
) -> None:
    def script(connection: Any, _: int) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nall of it, or half")
        if says_goodbye:
            connection.setblocking(False)
            with suppress(ssl.SSLWantReadError):
                connection.unwrap()
        connection.shutdown(socket.SHUT_WR)

    scene = play(script, tls=server_tls)
    assert scene.client.get("/").outcome == outcome


def test_a_reset_is_an_error_in_tls_too(play: Any, server_tls: ssl.SSLContext) -> None:
    def script(connection: Any, _: int) -> None:
        connection.recv(65_536)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    scene = play(script, tls=server_tls)
    assert scene.client.get("/").outcome == "connection-reset"


def test_a_connection_closed_between_requests_is_replaced_and_counted(
    play: Any, server_tls: ssl.SSLContext
) -> None:
    def script(connection: Any, _: int) -> None:
        connection.recv(65_536)
        connection.sendall(OK)
        connection.close()

    scene = play(script, tls=server_tls)
    scene.client.get("/")
    while not scene.client._sender.home._idle[0].was_closed_by_peer:
        pass
    time.sleep(0.01)  # who sends again at once may not hear of it in time
    assert scene.client.get("/").outcome == "ok"
    assert scene.log.reconnects == 1
