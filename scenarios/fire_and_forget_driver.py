"""Starts jobs that nobody waits for, and counts what became of them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from typing import Final

from copying import Copy, copy_target, find_server, find_worker, scratch_file
from driving import HOST, PORT, Driver, ask

CASE: Final = os.environ["STRATUM_CASE"]
JOBS: Final = 50
SETTLED_AFTER_S: Final = 0.3


class Forgetter(Driver):
    """Makes one attempt of fifty jobs after the other."""

    async def build_up(self, level: float) -> None:  # noqa: ARG002
        """Find out how the target was started."""
        self._pid = find_server(await find_worker(PORT))

    async def attempt(self) -> None:
        """Start fifty jobs, and see."""
        began_at_s = time.monotonic()
        self.observe(await (self._shut_down() if CASE == "shutdown" else self._let_run()))
        self.note("attempt", began_at_s)

    async def _let_run(self) -> dict[str, tuple[float, str]]:
        await self._ask("/forget", "POST")
        alive = json.loads(await self._ask("/jobs"))["alive"]
        await self._start_jobs(PORT)
        await asyncio.sleep(SETTLED_AFTER_S)
        jobs = json.loads(await self._ask("/jobs"))
        lost = jobs["begun"] - jobs["ended"] - (jobs["alive"] - alive)
        return {
            "ended": (jobs["ended"] / JOBS, ""),
            "lost": (lost / JOBS, ""),
            "told": (jobs["told"] / JOBS, ""),
        }

    async def _shut_down(self) -> dict[str, tuple[float, str]]:
        journal = scratch_file("jobs.journal")
        journal.unlink(missing_ok=True)
        copy: Copy = await copy_target(
            self._pid, scratch_file("copy.log"), {"JOB_JOURNAL": str(journal)}
        )
        try:
            await self._start_jobs(copy.port)
            told_at_s = copy.tell(signal.SIGTERM)
            await copy.wait()
        finally:
            copy.kill()
        ended = len(journal.read_text().splitlines()) if journal.exists() else 0
        return {
            "ended": (ended / JOBS, ""),
            "exit_after": (time.monotonic() - told_at_s, "s"),
        }

    async def _start_jobs(self, port: int) -> None:
        for _ in range(JOBS):
            began_at_s = time.monotonic()
            await self._ask("/job", "POST", port)
            self.note("POST /job", began_at_s, group="bystander")

    async def _ask(self, path: str, method: str = "GET", port: int = PORT) -> bytes:
        """Ask on a connection of its own: one may wait for a job that never ends."""
        reader, writer = await asyncio.open_connection(HOST, port)
        try:
            _, body = await ask(reader, writer, path, method)
        finally:
            writer.close()
        return bytes(body)


if __name__ == "__main__":
    asyncio.run(Forgetter().run())
