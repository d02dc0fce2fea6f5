"""`BackgroundTasks` with a job that is a plain `def`: it takes one of the 40 threads."""

from __future__ import annotations

from fastapi import BackgroundTasks, Response

from targets.asgi_app import asgi_app
from targets.background.jobs import add_job_routes, jobs, signed_up, sync_job, watch_jobs

app = asgi_app(watch_jobs())
add_job_routes(app)


@app.post("/signup")
async def sign_up(background: BackgroundTasks) -> Response:
    """Answer, then do the job in a thread."""
    response = signed_up()
    background.add_task(sync_job, jobs.begin())
    response.background = background
    return response
