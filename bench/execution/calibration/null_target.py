"""The null target: answers every request alike, at next to no cost, so that senders are the limit.

Run as a module, with `--port N`. A request ends with a blank line; nothing else of it is looked at,
so that requests with bodies are not for it. On uvloop where that is installed.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
from typing import Final, cast

from bench.execution.targets.ports import LOOPBACK

_BACKLOG: Final = 4096
_END: Final = b"\r\n\r\n"
_ANSWER: Final = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default=LOOPBACK)
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    with asyncio.Runner(loop_factory=_fastest_loop()) as runner:
        runner.run(_serve(arguments.host, arguments.port))


class NullProtocol(asyncio.Protocol):
    """One connection: as many answers as there are ends of requests."""

    def __init__(self) -> None:
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        # uvloop's transports have the methods, and not the class, of asyncio's
        self._write = cast("asyncio.Transport", transport).write

    def data_received(self, data: bytes) -> None:
        """Answer each request that ends in what came; keep the beginning of one that does not."""
        if self._unread:
            data = self._unread + data
        if data.endswith(_END):
            self._unread = b""
        else:
            self._unread = data[data.rfind(_END) + len(_END) :] if _END in data else data
        if answers := data.count(_END):
            self._write(_ANSWER * answers)


async def _serve(host: str, port: int) -> None:
    loop = asyncio.get_running_loop()
    told_to_stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told_to_stop.set)
    server = await loop.create_server(NullProtocol, host, port, backlog=_BACKLOG)
    await told_to_stop.wait()
    server.close()


def _fastest_loop() -> type[asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # it is not on every system
        return None
    loop: type[asyncio.AbstractEventLoop] = uvloop.Loop
    return loop


if __name__ == "__main__":
    main()
