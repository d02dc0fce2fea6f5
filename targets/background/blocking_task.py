"""`BackgroundTasks` with an `async def` that blocks: everybody waits for it."""

from __future__ import annotations

from fastapi import BackgroundTasks, Response

from targets.asgi_app import asgi_app
from targets.background.jobs import add_job_routes, blocking_job, jobs, signed_up, watch_jobs

app = asgi_app(watch_jobs())
add_job_routes(app)


@app.post("/signup")
async def sign_up(background: BackgroundTasks) -> Response:
    """Answer, then hold the event loop until the job is done."""
    response = signed_up()
    background.add_task(blocking_job, jobs.begin())
    response.background = background
    return response
