from __future__ import annotations

import asyncio
import json

import pytest

from bench.execution.services.upstream import UpstreamProtocol


class FakeTransport(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def close(self) -> None:
        self.closed = True


def exchange(*parts: bytes, wait_s: float = 0.0) -> FakeTransport:
    async def main() -> FakeTransport:
        protocol, transport = UpstreamProtocol(), FakeTransport()
        protocol.connection_made(transport)
        for part in parts:
            protocol.data_received(part)
        await asyncio.sleep(wait_s)
        protocol.connection_lost(None)
        return transport

    return asyncio.run(main())


def get(path: str, fields: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n{fields}\r\n".encode()


def test_ping_answers_at_once_with_200_bytes_of_json() -> None:
    transport = exchange(get("/ping"))
    head, _, body = transport.written.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert b"Content-Length: 200" in head
    assert len(body) == 200
    assert json.loads(body).keys() == {"answer"}
    assert not transport.closed


def test_wait_does_not_answer_before_its_delay() -> None:
    assert exchange(get("/wait/60000")).written == b""


def test_wait_answers_after_its_delay() -> None:
    assert exchange(get("/wait/1"), wait_s=0.2).written.startswith(b"HTTP/1.1 200 OK")


def test_a_request_in_pieces_and_two_in_one_piece_are_answered() -> None:
    request = get("/ping?n=1")
    transport = exchange(request[:10], request[10:] + get("/ping"))
    assert transport.written.count(b"HTTP/1.1 200 OK") == 2


def test_requests_are_answered_in_their_order() -> None:
    early = exchange(get("/wait/60000") + get("/ping"))
    late = exchange(get("/wait/1") + get("/nowhere"), wait_s=0.2)
    assert early.written == b""
    assert late.written.index(b"200 OK") < late.written.index(b"404")


def test_a_body_is_no_request() -> None:
    transport = exchange(get("/ping", "Content-Length: 5\r\n") + b"hello" + get("/ping"))
    assert transport.written.count(b"200 OK") == 2


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (get("/nowhere"), b"404"),
        (get("/wait/soon"), b"404"),
        (b"POST /ping HTTP/1.1\r\n\r\n", b"405"),
        (b"nonsense\r\n\r\n", b"400"),
        (b"x" * 70_000, b"431"),
    ],
)
def test_what_it_does_not_know_is_said(request_bytes: bytes, status: bytes) -> None:
    assert exchange(request_bytes).written.startswith(b"HTTP/1.1 " + status)


def test_a_connection_is_closed_where_that_is_asked_for() -> None:
    transport = exchange(get("/ping", "Connection: close\r\n"))
    assert transport.closed
    assert b"Connection: close" in transport.written
