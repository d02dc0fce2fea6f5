"""Flask under gunicorn's threads."""

from __future__ import annotations

import json
import time

from flask import Flask, Response

from targets.layer_tax.answer import ITEM, WAIT_S
from targets.ping import PING_BODY

app = Flask(__name__)


@app.get("/item")
def item() -> Response:
    """Wait, and write the JSON."""
    time.sleep(WAIT_S)
    return Response(json.dumps(ITEM, separators=(",", ":")), mimetype="application/json")


@app.get("/ping")
def ping() -> Response:
    """Answer at once."""
    return Response(PING_BODY, mimetype="application/json")
