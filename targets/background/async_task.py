"""`BackgroundTasks` with a job that is an `async def`."""

from __future__ import annotations

from fastapi import BackgroundTasks, Response

from targets.asgi_app import asgi_app
from targets.background.jobs import add_job_routes, async_job, jobs, signed_up, watch_jobs

app = asgi_app(watch_jobs())
add_job_routes(app)


@app.post("/signup")
async def sign_up(background: BackgroundTasks) -> Response:
    """Answer, then do the job in the event loop."""
    response = signed_up()
    background.add_task(async_job, jobs.begin())
    response.background = background
    return response
