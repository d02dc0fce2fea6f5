from __future__ import annotations

import asyncio
from collections.abc import Callable

from benchmarks.status_page import parse_page
from benchmarks.waiting_server import Answering, Counts

HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class Wire(asyncio.Transport):
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.is_closed = False
        self.was_written = asyncio.Event()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)
        self.was_written.set()

    def close(self) -> None:
        self.is_closed = True

    @property
    def answers(self) -> int:
        return self.written.count(b"HTTP/1.1 200 OK")


def with_connection(use: Callable[[Answering, Wire, Counts], None], wait_s: float = 0.0) -> None:
    async def run() -> None:
        counts, wire = Counts(), Wire()
        connection = Answering(counts, wait_s)
        connection.connection_made(wire)
        use(connection, wire, counts)

    asyncio.run(run())


def test_each_request_is_answered_once_its_head_is_whole() -> None:
    def use(connection: Answering, wire: Wire, counts: Counts) -> None:
        connection.data_received(HEAD + HEAD + HEAD[:-2])
        assert (wire.answers, counts.requests) == (2, 2)
        connection.data_received(HEAD[-2:])
        assert (wire.answers, counts.requests) == (3, 3)

    with_connection(use)


def test_the_counts_are_told_at_once_and_end_the_connection() -> None:
    def use(connection: Answering, wire: Wire, counts: Counts) -> None:
        connection.data_received(b"GET /status HTTP/1.1\r\nConnection: close\r\n\r\n")
        assert wire.is_closed
        assert parse_page(wire.written.decode(), 0.0, asked=0).requests == 1
        connection.connection_lost(None)
        assert (counts.active, counts.accepted) == (0, 1)

    with_connection(use, wait_s=60.0)


def test_an_answer_that_is_due_after_the_connection_is_gone_is_left_out() -> None:
    async def run() -> None:
        wire = Wire()
        connection = Answering(Counts(), 0.001)
        connection.connection_made(wire)
        connection.data_received(HEAD)
        assert wire.answers == 0
        connection.connection_lost(None)
        await asyncio.sleep(0.02)
        assert wire.answers == 0

    asyncio.run(run())


def test_an_answer_comes_after_the_wait() -> None:
    async def run() -> None:
        wire = Wire()
        connection = Answering(Counts(), 0.001)
        connection.connection_made(wire)
        connection.data_received(HEAD)
        await asyncio.wait_for(wire.was_written.wait(), 10)
        assert wire.answers == 1

    asyncio.run(run())
