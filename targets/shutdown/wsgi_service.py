"""Requests that take as long as they say, and jobs that answers leave behind, as Flask."""

from __future__ import annotations

import os
import time

from flask import Flask, Response

from targets.ping import PING_BODY
from targets.shutdown.jobs import write_down

app = Flask(__name__)


@app.get("/wait/<int:wait_ms>")
def wait(wait_ms: int) -> Response:
    """Take a while."""
    time.sleep(wait_ms / 1000)
    return Response(b'{"ok":1}', mimetype="application/json")


@app.post("/job/<int:job_ms>")
def leave(job_ms: int) -> Response:
    """Answer, then do the job: WSGI calls back when a response has been sent."""
    response = Response(b'{"ok":1}', mimetype="application/json")
    response.call_on_close(lambda: _job(job_ms / 1000))
    return response


@app.get("/pid")
def pid() -> Response:
    """Say which process this is."""
    return Response(str(os.getpid()), mimetype="text/plain")


@app.get("/ping")
def ping() -> Response:
    """Answer at once."""
    return Response(PING_BODY, mimetype="application/json")


def _job(job_s: float) -> None:
    time.sleep(job_s)
    write_down()
