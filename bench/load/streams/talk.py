"""What a stream and a server say to each other, apart from sockets and clocks."""

from __future__ import annotations

from typing import Protocol

from bench.load.streams.events import Event


class Talk(Protocol):
    """One connection's side of a protocol; bytes go in and come out."""

    is_open: bool
    """Whether the server has accepted the stream."""
    fault: Exception | None
    """Why it can't go on; what came before still counts."""
    status: int
    """Of the answer to the handshake; 0 before it came."""
    headers: list[tuple[str, str]]
    """Of the answer to the handshake; emptied by who has read them."""

    @property
    def retry_s(self) -> float | None:
        """How long the server wants its clients to wait before they reconnect."""

    @property
    def last_event_id(self) -> str:
        """Where the stream would be taken up again; empty, where that can't be."""

    def hello(self) -> bytes:
        """Return what is sent first."""

    def feed(self, data: bytes) -> list[Event]:
        """Return the events in what came."""

    def end(self) -> None:
        """Take note that the server has closed the connection: sets `fault`."""

    def take_reply(self) -> bytes:
        """Return what the protocol wants to be sent in return."""

    def message(self, data: str | bytes) -> bytes:
        """Return what sends a message; nothing, where that can't be."""

    def goodbye(self) -> bytes:
        """Return what tells the server that the stream is over; nothing, if closing says so."""
