"""`python -m benchmarks.waiting_server PORT WAIT_S`: answers each request after a wait.

With a wait of 0 it does as little as a Python server can. Its page of counts has the format of
nginx's `stub_status`, so that both servers are read alike.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from typing import Final, cast

import uvloop

from benchmarks.status_page import PATH

_END_OF_HEAD: Final = b"\r\n\r\n"
_ANSWER: Final = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"
_BACKLOG: Final = 16_384
"""Ten thousand users may connect at once."""


class Counts:
    """What the page tells."""

    def __init__(self) -> None:
        self.active = 0
        self.accepted = 0
        self.requests = 0

    def page(self) -> bytes:
        """Return the answer to a request for the counts."""
        body = (
            f"Active connections: {self.active} \nserver accepts handled requests\n "
            f"{self.accepted} {self.accepted} {self.requests} \n"
        )
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        return (head + body).encode()


class Answering(asyncio.Protocol):
    """A connection: requests have no bodies."""

    def __init__(self, counts: Counts, wait_s: float) -> None:
        self._counts = counts
        self._wait_s = wait_s
        self._loop = asyncio.get_running_loop()
        self._unread = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it."""
        # uvloop's transports don't inherit from asyncio's.
        self._transport = cast("asyncio.WriteTransport", transport)
        self._counts.active += 1
        self._counts.accepted += 1

    def connection_lost(self, _: Exception | None) -> None:
        """Count it out."""
        self._transport = None
        self._counts.active -= 1

    def data_received(self, data: bytes) -> None:
        """Answer each request whose head is whole."""
        *heads, self._unread = (self._unread + data).split(_END_OF_HEAD)
        for head in heads:
            self._counts.requests += 1
            if head.startswith(b"GET " + PATH.encode()):
                self._tell_counts()
            elif self._wait_s > 0:
                self._loop.call_later(self._wait_s, self._answer)
            else:
                self._answer()

    def _answer(self) -> None:
        if self._transport is not None:
            self._transport.write(_ANSWER)

    def _tell_counts(self) -> None:
        if self._transport is not None:
            self._transport.write(self._counts.page())
            self._transport.close()


async def serve(port: int, wait_s: float) -> None:
    """Listen on loopback until ended."""
    counts = Counts()
    server = await asyncio.get_running_loop().create_server(
        lambda: Answering(counts, wait_s), "127.0.0.1", port, backlog=_BACKLOG
    )
    gc.collect()
    gc.freeze()
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), float(sys.argv[2])))
