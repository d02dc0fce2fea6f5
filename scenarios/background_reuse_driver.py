"""Asks whether a connection serves a second request while the first one's job is under way."""

from __future__ import annotations

import asyncio
import json
import os
import time
from typing import Final

from driving import HOST, PORT, Driver, ask

JOB_S: Final = float(os.environ["STRATUM_JOB_MS"]) / 1000
REST_S: Final = 0.02
"""After a job should have ended, so that the next sign-up finds none under way."""


class Reuser(Driver):
    """Signs up and asks again at once, on one connection that is never opened anew."""

    async def build_up(self, level: float) -> None:  # noqa: ARG002
        """Open the connection."""
        self._connection = await asyncio.open_connection(HOST, PORT)

    async def attempt(self) -> None:
        """Try once."""
        was_waiting = await self._sign_up_and_ask()
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
        await asyncio.sleep(max(0.0, began_at_s + JOB_S + REST_S - time.monotonic()))
        return bool(jobs["ended"] == jobs["begun"])


if __name__ == "__main__":
    asyncio.run(Reuser().run())
