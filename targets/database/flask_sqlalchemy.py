"""Flask under gunicorn's gthread, SQLAlchemy, psycopg: the same without an event loop."""

from __future__ import annotations

import json
import os

from flask import Flask, Response, request

from targets.database.answer import WAIT_S, describe
from targets.database.statements import LOOKUP, MANY, WAIT
from targets.database.sync_engine import new_session
from targets.ping import PING_BODY

app = Flask(__name__)


@app.get("/ping")
def ping() -> Response:
    """Answer at once."""
    return Response(PING_BODY, mimetype="application/json")


def lookup() -> Response:
    """Look a user up by primary key."""
    with new_session.begin() as session:
        row = session.execute(LOOKUP, {"user_id": _user_id()}).one_or_none()
    if row is None:
        return Response(b'{"detail":"Not Found"}', status=404, mimetype="application/json")
    return _answer(describe(row))


def wait() -> Response:
    """Let PostgreSQL sleep."""
    with new_session.begin() as session:
        session.execute(WAIT)
    return _answer({"waited_s": WAIT_S})


def many() -> Response:
    """List two hundred users."""
    with new_session.begin() as session:
        rows = session.execute(MANY, {"user_id": _user_id()}).all()
    return _answer([describe(row) for row in rows])


def _user_id() -> int:
    return int(request.args["user_id"])


def _answer(document: object) -> Response:
    return Response(json.dumps(document), mimetype="application/json")


_HANDLERS = {"lookup": lookup, "wait": wait, "long-wait": wait, "many": many}
app.add_url_rule("/query", view_func=_HANDLERS[os.environ["STRATUM_QUERY"]])
