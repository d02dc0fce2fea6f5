"""The job is done before the answer."""

from __future__ import annotations

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.background.jobs import add_job_routes, async_job, jobs, signed_up, watch_jobs

app = asgi_app(watch_jobs())
add_job_routes(app)


@app.post("/signup")
async def sign_up() -> Response:
    """Do the job, then answer."""
    await async_job(jobs.begin())
    return signed_up()
