"""A copy of the target under load, for drivers that tell it to end or to reload meanwhile."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Final

import psutil
from copying import STARTS_WITHIN_S, Copy, copy_target, find_server, find_worker, scratch_file
from driving import HOST, PORT, Driver, ask, sleep_until

LOADED_FOR_S: Final = 0.5
"""Before the copy is told anything."""

REQUEST_MS: Final = int(os.environ.get("STRATUM_REQUEST_MS", "100"))
JOB_MS: Final = int(os.environ.get("STRATUM_JOB_MS", "0"))
"""How long a job takes that an answer leaves behind; 0: none does."""

JOBS: Final = 10


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
        """Start a copy, wait for all of its workers, and end it in every case."""
        self.told_at_s = float("inf")
        self._journal = scratch_file("jobs.journal")
        self._journal.unlink(missing_ok=True)
        more = {"JOB_JOURNAL": str(self._journal)}
        copy = await copy_target(self._pid, scratch_file("copy.log"), more)
        async with AsyncExitStack() as self._held:
            self._held.callback(copy.kill)
            async with asyncio.timeout(STARTS_WITHIN_S):
                await _until_all_answer(copy)
            yield copy

    def send_for(self, seconds: float, port: int) -> list[asyncio.Task[bool]]:
        """Send evenly from now on; each task tells whether its request failed."""
        return [
            asyncio.create_task(self._send(time.monotonic() + number / self._rate, port))
            for number in range(int(self._rate * seconds))
        ]

    async def leave_jobs(self, port: int) -> None:
        """Have answers leave jobs behind, if there are to be any, one right after the other."""
        for _ in range(JOBS if JOB_MS else 0):
            reader, writer = await asyncio.open_connection(HOST, port)
            self._held.callback(writer.close)
            status, _ = await ask(reader, writer, f"/job/{JOB_MS}", "POST", "close")
            if status != 200:
                raise RuntimeError(f"a job was answered with status {status}")
            closing = asyncio.create_task(_close_after(reader, writer))
            self._held.callback(closing.cancel)

    def observe_lost(self) -> None:
        """Observe how large a share of the jobs was not done, if there were any."""
        if JOB_MS:
            done = len(self._journal.read_text().splitlines()) if self._journal.exists() else 0
            self.observe({"background_lost": ((JOBS - done) / JOBS, "")})

    async def _send(self, at_s: float, port: int) -> bool:
        """Send a request, and return whether it was sent before the end and not answered."""
        await sleep_until(at_s)
        sent_at_s = time.monotonic()
        try:
            reader, writer = await asyncio.open_connection(HOST, port)
        except OSError:
            return sent_at_s < self.told_at_s
        try:
            status, _ = await ask(reader, writer, f"/wait/{REQUEST_MS}")
        except (OSError, asyncio.IncompleteReadError):
            return True
        finally:
            writer.close()
        self.note("GET /wait", sent_at_s, group="bystander")
        return bool(status != 200)


def find_workers(copy: Copy) -> list[psutil.Process]:
    """Find the processes that serve; where the first has none below it, it is the one."""
    server = psutil.Process(copy.process.pid)
    children = [child for child in server.children() if not _cleans_up(child)]
    return children or [server]


def _cleans_up(child: psutil.Process) -> bool:
    """Whether this is the process that Python starts beside others, to clean up after them."""
    return "resource_tracker" in " ".join(child.cmdline())


async def _until_all_answer(copy: Copy) -> None:
    """Wait for all workers: gunicorn's port is open before, and what is told by then is lost."""
    seen = set[int]()
    while not seen or not seen.issuperset(worker.pid for worker in find_workers(copy)):
        seen.add(await find_worker(copy.port))


async def _close_after(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Close a connection once the server has: some wait for the client to do so, too."""
    with suppress(OSError):
        await reader.read()
    writer.close()
