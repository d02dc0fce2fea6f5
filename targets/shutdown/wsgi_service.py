"""A route that takes 100 ms, as Flask."""

from __future__ import annotations

import os
import time

from flask import Flask, Response

from targets.ping import PING_BODY

app = Flask(__name__)


@app.get("/work")
def work() -> Response:
    """Take a while."""
    time.sleep(0.1)
    return Response(b'{"ok":1}', mimetype="application/json")


@app.get("/pid")
def pid() -> Response:
    """Say which process this is."""
    return Response(str(os.getpid()), mimetype="text/plain")


@app.get("/ping")
def ping() -> Response:
    """Answer at once."""
    return Response(PING_BODY, mimetype="application/json")
