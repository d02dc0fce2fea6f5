"""A copy of the target under load, for drivers that tell it to end or to reload meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from copying import Copy, copy_target, find_server, find_worker, scratch_file
from driving import HOST, PORT, Driver, ask, sleep_until

LOADED_FOR_S: Final = 0.5
"""Before the copy is told anything."""


class Ender(Driver):
    """Loads copies of the target, each request on a connection of its own."""

    told_at_s = float("inf")
    """When the copy was told to end: from then on a refused connection is no failure."""

    async def build_up(self, level: float) -> None:
        """Find out how the target was started."""
        self._rate = level
        self._pid = find_server(await find_worker(PORT))

    @asynccontextmanager
    async def copied(self) -> AsyncIterator[Copy]:
        """Start a copy, and end it in every case."""
        self.told_at_s = float("inf")
        copy = await copy_target(self._pid, scratch_file("copy.log"), {})
        try:
            yield copy
        finally:
            copy.kill()

    def send_for(self, seconds: float, port: int) -> list[asyncio.Task[bool]]:
        """Send evenly from now on; each task tells whether its request failed."""
        return [
            asyncio.create_task(self._send(time.monotonic() + number / self._rate, port))
            for number in range(int(self._rate * seconds))
        ]

    async def _send(self, at_s: float, port: int) -> bool:
        """Send a request, and return whether it was sent before the end and not answered."""
        await sleep_until(at_s)
        sent_at_s = time.monotonic()
        try:
            reader, writer = await asyncio.open_connection(HOST, port)
        except OSError:
            return sent_at_s < self.told_at_s
        try:
            status, _ = await ask(reader, writer, "/work")
        except (OSError, asyncio.IncompleteReadError):
            return True
        finally:
            writer.close()
        self.note("GET /work", sent_at_s, group="bystander")
        return bool(status != 200)
