"""`BackgroundTasks`: the job belongs to the request, as far as the server is concerned."""

from __future__ import annotations

from fastapi import BackgroundTasks, Response

from targets.asgi_app import asgi_app
from targets.fire_and_forget.jobs import add_routes, job

app = asgi_app()
add_routes(app)


@app.post("/job")
async def start(background: BackgroundTasks) -> Response:
    """Answer, then do the job."""
    background.add_task(job)
    return Response(b"{}", media_type="application/json", background=background)
