"""The job that a sign-up leaves behind, in its three forms, and what is known of all jobs."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI, Response

from targets.observing import observe, observing
from targets.ping import PING_BODY

JOB_S = float(os.environ["STRATUM_JOB_MS"]) / 1000
BODY = b'{"signed_up":true}'


@dataclass
class Jobs:
    """How many have begun and ended."""

    begun: int = 0
    ended: int = 0

    def begin(self) -> float:
        """Count a job that was asked for just now, and return when that was."""
        self.begun += 1
        return time.monotonic()

    def end(self, asked_at_s: float) -> None:
        """Count a job that is done, and observe how long that took since it was asked for."""
        self.ended += 1
        observe({"job_done_after": (time.monotonic() - asked_at_s, "s")})


jobs = Jobs()


async def async_job(asked_at_s: float) -> None:
    """Do the job, and let others run meanwhile."""
    await asyncio.sleep(JOB_S)
    jobs.end(asked_at_s)


def sync_job(asked_at_s: float) -> None:
    """Do the job, and hold the thread meanwhile."""
    time.sleep(JOB_S)
    jobs.end(asked_at_s)


async def blocking_job(asked_at_s: float) -> None:
    """Do the job, and hold the event loop meanwhile."""
    time.sleep(JOB_S)  # noqa: ASYNC251 - the mistake that is measured
    jobs.end(asked_at_s)


def signed_up() -> Response:
    """Answer."""
    return Response(BODY, media_type="application/json")


def add_job_routes(app: FastAPI) -> None:
    """Serve how many jobs have begun and ended, and `GET /sync-ping`, which takes a thread."""

    async def count() -> Response:
        return Response(
            b'{"begun":%d,"ended":%d}' % (jobs.begun, jobs.ended), media_type="application/json"
        )

    def sync_ping() -> Response:
        return Response(PING_BODY, media_type="application/json")

    app.add_api_route("/jobs", count)
    app.add_api_route("/sync-ping", sync_ping)


@asynccontextmanager
async def watch_jobs() -> AsyncIterator[None]:
    """Observe how many jobs are under way."""
    async with observing(lambda: {"jobs_under_way": (float(jobs.begun - jobs.ended), "")}):
        yield
