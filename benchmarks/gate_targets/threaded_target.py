"""The threaded target: Flask under gunicorn's gthread workers."""

from __future__ import annotations

import time

from flask import Flask, Response, jsonify

from benchmarks.gate_targets.knobs import WAIT_S, spin

app = Flask(__name__)


@app.get("/ping")
def ping() -> Response:
    """Answer, after work and waiting as the environment asks for."""
    if WAIT_S:
        time.sleep(WAIT_S)
    spin()
    return jsonify(pong=True)
