"""Flask under gunicorn's gthread: one of the server's threads runs the handler."""

from __future__ import annotations

from flask import Flask, Response

from targets.bare_route.answer import BODY, note_thread
from targets.ping import PING_BODY

app = Flask(__name__)


@app.get("/bare")
def bare() -> Response:
    """Answer at once, from a thread of the server's."""
    note_thread()
    return Response(BODY, mimetype="application/json")


@app.get("/ping")
def ping() -> Response:
    """Answer at once."""
    return Response(PING_BODY, mimetype="application/json")
