"""The work of `POST /analyze`, and what is the same around it in all variants."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from fastapi import FastAPI, Response

from targets.ping import PING_BODY

SLEEP_S = float(os.environ["STRATUM_SLEEP_MS"]) / 1000


def analyse(numbers: Sequence[int]) -> int:
    """Take a while, as if it were hard, and return the sum.

    A sleep, as in the article's sample: it lets go of the interpreter's lock, which work of the
    processor's would not.
    """
    time.sleep(SLEEP_S)
    return sum(numbers)


def answer(total: int) -> Response:
    """Answer with the sum."""
    return Response(b'{"result":%d}' % total, media_type="application/json")


def add_sync_ping(app: FastAPI) -> None:
    """Serve `GET /sync-ping`: as trivial as `/ping`, but a plain `def`, which takes a thread."""

    def sync_ping() -> Response:
        return Response(PING_BODY, media_type="application/json")

    app.add_api_route("/sync-ping", sync_ping)
