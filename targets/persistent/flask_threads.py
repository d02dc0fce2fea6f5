"""Flask under gunicorn's threads: each stream, of either kind, holds a thread to its end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count

from flask import Flask, Response
from flask_sock import Sock
from simple_websocket import ConnectionClosed, Server

from targets.persistent.message import EVERY_S, message
from targets.ping import PING_BODY

app = Flask(__name__)
sock = Sock(app)


@app.get("/events")
def events() -> Response:
    """Send a message every second, as server-sent events."""

    def messages() -> Iterator[str]:
        for number in count():
            yield f"data: {message(number)}\n\n"
            time.sleep(EVERY_S)

    return Response(messages(), mimetype="text/event-stream")


@sock.route("/socket")  # type: ignore[untyped-decorator]
def talk(socket: Server) -> None:
    """Send a message every second, over a WebSocket."""
    try:
        for number in count():
            socket.send(message(number))
            time.sleep(EVERY_S)
    except ConnectionClosed:
        return


@app.get("/ping")
def ping() -> Response:
    """Answer at once."""
    return Response(PING_BODY, mimetype="application/json")
