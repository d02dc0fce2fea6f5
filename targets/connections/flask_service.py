"""Flask, for gunicorn's gthread, which parks idle connections and gives threads to requests."""

from __future__ import annotations

from flask import Flask, Response

from targets.ping import PING_BODY

app = Flask(__name__)


@app.get("/ping")
def ping() -> Response:
    """Answer at once."""
    return Response(PING_BODY, mimetype="application/json")
