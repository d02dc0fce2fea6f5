from __future__ import annotations

import asyncio
from typing import cast

import pytest

from bench.execution.calibration.null_target import NullProtocol

REQUEST = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


class FakeTransport:
    def __init__(self) -> None:
        self.written = b""

    def write(self, data: bytes) -> None:
        self.written += data


def answers(*chunks: bytes) -> int:
    transport, protocol = FakeTransport(), NullProtocol()
    protocol.connection_made(cast("asyncio.Transport", transport))
    for chunk in chunks:
        protocol.data_received(chunk)
    assert transport.written.count(b"\r\n\r\nok") == transport.written.count(b"HTTP/1.1 200 OK")
    return transport.written.count(b"HTTP/1.1 200 OK")


def test_each_request_is_answered_once() -> None:
    assert answers(REQUEST, REQUEST) == 2


def test_requests_that_come_together_are_answered_together() -> None:
    assert answers(REQUEST * 3) == 3


@pytest.mark.parametrize("at", range(1, len(REQUEST)))
def test_a_request_may_come_in_two_parts(at: int) -> None:
    assert answers(REQUEST[:at], REQUEST[at:]) == 1


@pytest.mark.parametrize("at", range(1, len(REQUEST)))
def test_the_beginning_of_the_next_request_is_kept(at: int) -> None:
    assert answers(REQUEST + REQUEST[:at]) == 1
    assert answers(REQUEST + REQUEST[:at], REQUEST[at:]) == 2


def test_a_request_may_come_byte_by_byte() -> None:
    assert answers(*(bytes([byte]) for byte in REQUEST * 2)) == 2
