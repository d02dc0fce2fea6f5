"""The upstream: a server beside the targets that answers after a set delay.

Run as a module, with `--port N`. `GET /wait/<milliseconds>` answers after that delay, and
`GET /ping` at once, both with the same 200 bytes of JSON. It is a bare protocol on asyncio's own
loop, whose timers are never early, so that it is not what a target waits for in the end.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import signal
from typing import Final

from bench.execution.targets.ports import LOOPBACK

_BODY: Final = b'{"answer":"' + b"x" * 187 + b'"}'
_BACKLOG: Final = 4096
_MAX_HEAD_BYTES: Final = 1 << 16
_MAX_WAIT_MS: Final = 3_600_000
_WAIT: Final = re.compile(rb"/wait/(\d{1,7}(?:\.\d{1,3})?)")
_HEAD_END: Final = b"\r\n\r\n"


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default=LOOPBACK)
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    asyncio.run(_serve(arguments.host, arguments.port))


async def _serve(host: str, port: int) -> None:
    loop = asyncio.get_running_loop()
    told_to_stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told_to_stop.set)
    server = await loop.create_server(UpstreamProtocol, host, port, backlog=_BACKLOG)
    await told_to_stop.wait()
    server.close()


class UpstreamProtocol(asyncio.Protocol):
    """One connection; requests are answered in their order, one at a time."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._unread = b""
        self._pending: asyncio.TimerHandle | None = None
        self._skip_bytes = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget an answer that nobody waits for any more."""
        del exc
        self._transport = None
        if self._pending is not None:
            self._pending.cancel()

    def data_received(self, data: bytes) -> None:
        """Take a request, or a part of one."""
        self._unread += data
        if self._pending is None:
            self._answer_next()

    def _answer_next(self) -> None:
        while self._transport is not None and self._pending is None:
            self._drop_body()
            head, found, rest = self._unread.partition(_HEAD_END)
            if not found:
                if len(self._unread) > _MAX_HEAD_BYTES:
                    self._respond(b"431 Request Header Fields Too Large", keep=False)
                return
            self._unread = rest
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        line, _, fields = head.partition(b"\r\n")
        fields = fields.lower()
        self._skip_bytes = _content_length(fields)
        try:
            method, target, version = line.split(b" ")
        except ValueError:
            self._respond(b"400 Bad Request", keep=False)
            return
        keep = version == b"HTTP/1.1" and b"connection: close" not in fields
        path = target.partition(b"?")[0]
        wait = _WAIT.fullmatch(path)
        if method != b"GET":
            self._respond(b"405 Method Not Allowed", keep=False)
        elif wait and float(wait[1]) <= _MAX_WAIT_MS:
            delay_s = float(wait[1]) / 1000
            self._pending = self._loop.call_later(delay_s, self._respond_late, keep)
        elif path == b"/ping":
            self._respond(b"200 OK", keep=keep)
        else:
            self._respond(b"404 Not Found", keep=keep)

    def _respond_late(self, keep: bool) -> None:
        self._pending = None
        self._respond(b"200 OK", keep=keep)
        self._answer_next()

    def _respond(self, status: bytes, *, keep: bool) -> None:
        if self._transport is None:
            return
        self._transport.write(_RESPONSES[keep] % status)
        if not keep:
            self._transport.close()
            self._transport = None

    def _drop_body(self) -> None:
        dropped = min(self._skip_bytes, len(self._unread))
        self._unread = self._unread[dropped:]
        self._skip_bytes -= dropped


def _content_length(fields: bytes) -> int:
    found = re.search(rb"(?:^|\r\n)content-length: *(\d{1,12})", fields)
    return int(found[1]) if found else 0


def _response(connection: bytes) -> bytes:
    return (
        b"HTTP/1.1 %%s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
        b"Connection: %s\r\n\r\n%s" % (len(_BODY), connection, _BODY)
    )


_RESPONSES: Final = {True: _response(b"keep-alive"), False: _response(b"close")}


if __name__ == "__main__":
    main()
