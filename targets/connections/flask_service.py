"""Flask, for gunicorn's gthread, which parks idle connections and gives threads to requests."""

from __future__ import annotations

import time

from flask import Flask, Response

from targets.ping import PING_BODY

HOLD_S = 300.0
app = Flask(__name__)


@app.get("/ping")
def ping() -> Response:
    """Answer at once."""
    return Response(PING_BODY, mimetype="application/json")


@app.get("/hold")
def hold() -> Response:
    """Answer after minutes, and hold a thread of the pool until then."""
    time.sleep(HOLD_S)
    return Response(PING_BODY, mimetype="application/json")
