"""Flask: a request waits by putting its thread to sleep; gunicorn says how many there are."""

from __future__ import annotations

import time

from flask import Flask, Response

from targets.io_concurrency.payload import BODY, WAIT_S
from targets.ping import PING_BODY

app = Flask(__name__)


@app.get("/io")
def wait_in_worker_thread() -> Response:
    """Wait in a thread of the server's."""
    time.sleep(WAIT_S)
    return Response(BODY, mimetype="application/json")


@app.get("/ping")
def ping() -> Response:
    """Answer at once."""
    return Response(PING_BODY, mimetype="application/json")
