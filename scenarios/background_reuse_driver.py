"""Asks whether a connection waits for a job, before its next request or before it is closed."""

from __future__ import annotations

import asyncio
import json
import os
import time
from typing import Final

from driving import HOST, PORT, Driver, ask

CLOSES: Final = os.environ.get("STRATUM_CONNECTION") == "closed"
JOB_S: Final = float(os.environ["STRATUM_JOB_MS"]) / 1000
REST_S: Final = 0.02
"""After a job should have ended, so that the next sign-up finds none under way."""


class Reuser(Driver):
    """Signs up and asks again at once on the same connection, or sees it being closed."""

    async def build_up(self, level: float) -> None:  # noqa: ARG002
        """Open the connection."""
        self._connection = await asyncio.open_connection(HOST, PORT)

    async def attempt(self) -> None:
        """Try once."""
        began_at_s = time.monotonic()
        was_waiting = await (self._sign_up_and_close() if CLOSES else self._sign_up_and_ask())
        await asyncio.sleep(max(0.0, began_at_s + JOB_S + REST_S - time.monotonic()))
        self.observe({"waited_for_job": (float(was_waiting), "")})

    async def tear_down(self) -> None:
        """Close the connection."""
        self._connection[1].close()

    async def _sign_up_and_ask(self) -> bool:
        """Return whether the second answer came only after the job."""
        began_at_s = time.monotonic()
        await ask(*self._connection, "/signup", "POST")
        self.note("POST /signup", began_at_s)
        asked_at_s = time.monotonic()
        _, body = await ask(*self._connection, "/jobs")
        self.note("GET /jobs", asked_at_s)
        jobs = json.loads(body)
        return bool(jobs["ended"] == jobs["begun"])

    async def _sign_up_and_close(self) -> bool:
        """Return whether the server closed a connection of its own only after the job."""
        reader, writer = await asyncio.open_connection(HOST, PORT)
        began_at_s = time.monotonic()
        try:
            await ask(reader, writer, "/signup", "POST", connection="close")
            self.note("POST /signup", began_at_s)
            await reader.read()
        finally:
            writer.close()
        self.note("closed", began_at_s)
        return time.monotonic() - began_at_s >= JOB_S


if __name__ == "__main__":
    asyncio.run(Reuser().run())
