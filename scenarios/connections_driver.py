"""Opens as many connections as the load level says, and holds them from level to level.

The state that they are held in is the first argument: `idle`, after a first request was answered,
or `in-flight`, with a request under way.
"""

from __future__ import annotations

import asyncio
import os
import random
import resource
import socket
import sys
import time
from pathlib import Path
from typing import Final

from driving import HOST, PORT, Driver, ask, sleep_until

PING: Final = "/ping"
HOLD: Final = "/hold"
AT_A_TIME: Final = 50
"""Connections that are being opened side by side: fewer than any server's backlog."""
PROBES_PER_S: Final = 20
PATIENCE_S: Final = 1.0
"""After this a probe counts as unanswered: a server that has a thread left takes far less."""

TELL_EVERY_S: Final = 0.5
ADDRESSES: Final = 200
"""Source addresses of 127.0.0.0/8 to choose from, as each has its own ephemeral ports."""

BIND_ADDRESS_NO_PORT: Final = 24
"""`IP_BIND_ADDRESS_NO_PORT` of ip(7), which `socket` has from Python 3.12 on."""

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Connector(Driver):
    """Holds connections, and asks a few of them a second whether they still work."""

    def __init__(self, state: str) -> None:
        super().__init__()
        self._state = state
        self._random = random.Random(os.environ["PAIRBENCH_SEED"])
        self._source = f"127.0.0.{self._random.randrange(2, ADDRESSES)}"
        self._held: list[Connection] = []
        self._asking: Connection | None = None
        self._due_at_s = self._told_at_s = 0.0

    async def build_up(self, level: float) -> None:
        """Open what is missing, and ask a few meanwhile."""
        gate = asyncio.Semaphore(AT_A_TIME)

        async def open_one() -> None:
            async with gate:
                await self._open()

        if self._asking is None:
            self._asking = await self._connect()
        await asyncio.gather(*(open_one() for _ in range(int(level) - len(self._held))))
        self._due_at_s = time.monotonic()

    async def attempt(self) -> None:
        """Ask a held connection, or beside those that have a request under way another one."""
        await sleep_until(self._due_at_s)
        await self._probe()
        now_s = time.monotonic()
        if now_s - self._told_at_s >= TELL_EVERY_S:
            self.observe({"connections": (float(len(self._held)), ""), **read_kernel()})
            self._told_at_s = now_s
        self._due_at_s += 1 / PROBES_PER_S

    async def _open(self) -> None:
        began_at_s = time.monotonic()
        try:
            reader, writer = await self._connect()
            if self._state == "idle":
                await ask(reader, writer, PING)
            else:
                writer.write(f"GET {HOLD} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
                await writer.drain()
        except OSError as error:
            self.note("open", began_at_s, outcome=error.strerror or type(error).__name__)
            return
        self._held.append((reader, writer))
        self.note("open", began_at_s)

    async def _connect(self) -> Connection:
        # The port is chosen by connect, which looks at both ends. Where bind has to choose it, it
        # searches for milliseconds once thousands are taken, or were until a minute ago.
        near = socket.socket()
        try:
            near.setblocking(False)
            near.setsockopt(socket.IPPROTO_IP, BIND_ADDRESS_NO_PORT, 1)
            near.bind((self._source, 0))
            await asyncio.get_running_loop().sock_connect(near, (HOST, PORT))
            return await asyncio.open_connection(sock=near)
        except OSError:
            near.close()
            raise

    async def _probe(self) -> None:
        began_at_s, chosen = time.monotonic(), None
        outcome = "ok"
        try:
            chosen = await self._choose()
            async with asyncio.timeout(PATIENCE_S):
                await ask(*chosen, PING)
        except TimeoutError:
            outcome = "timeout"
        except (OSError, asyncio.IncompleteReadError) as error:
            outcome = type(error).__name__
        if outcome != "ok" and chosen is not None:
            self._let_go(chosen)
        self.note("GET /ping", began_at_s, outcome=outcome)

    async def _choose(self) -> Connection:
        """Choose the connection to ask on; one that was let go is replaced."""
        if self._state == "idle" and self._held:
            return self._random.choice(self._held)
        if self._asking is None:
            self._asking = await self._connect()
        return self._asking

    def _let_go(self, connection: Connection) -> None:
        """Close a connection: a late answer would be taken for that of the next probe."""
        connection[1].close()
        if connection is self._asking:
            self._asking = None
        else:
            self._held.remove(connection)


def read_kernel() -> dict[str, tuple[float, str]]:
    """Read what the kernel holds for all processes: stacks, page tables, socket buffers."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    kib = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    tcp = next(
        line.split()
        for line in Path("/proc/net/sockstat").read_text().splitlines()
        if line.startswith("TCP:")
    )
    return {
        "kernel_stacks": (kib["KernelStack"] * 1024.0, "bytes"),
        "page_tables": (kib["PageTables"] * 1024.0, "bytes"),
        "socket_buffers": (float(tcp[tcp.index("mem") + 1]) * resource.getpagesize(), "bytes"),
    }


if __name__ == "__main__":
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(Connector(sys.argv[1]).run())
