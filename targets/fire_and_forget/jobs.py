"""The jobs of `POST /jobs`, in the case that the stratum names, and what is known of them.

| case | a job |
|---|---|
| `future` | waits for a future that only it knows, as for an answer that is lost |
| `sleep` | sleeps, and ends |
| `raises` | fails |
| `shutdown` | sleeps for longer than the server lives |
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import weakref
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Response

CASE = os.environ["STRATUM_CASE"]
JOBS = 50
_SLEEP_S = {"sleep": 0.05, "shutdown": 1.0}
_counts = {"begun": 0, "ended": 0, "alive": 0, "told": 0}
Start = Callable[[Coroutine[Any, Any, None]], object]


async def job() -> None:
    """Do what the case says."""
    _counts["begun"] += 1
    task = asyncio.current_task()
    assert task is not None
    _counts["alive"] += 1
    weakref.finalize(task, _count_down)
    if CASE == "future":
        await asyncio.get_running_loop().create_future()
    elif CASE == "raises":
        raise RuntimeError("a job that fails")
    else:
        await asyncio.sleep(_SLEEP_S[CASE])
    _counts["ended"] += 1
    _write_down()


def _count_down() -> None:
    _counts["alive"] -= 1


def _write_down() -> None:
    """Note a job that has ended, for whoever asks after the process is gone."""
    if path := os.environ.get("JOB_JOURNAL"):
        with Path(path).open("a") as file:
            file.write("ended\n")


class _Told(logging.Handler):
    """Counts the errors that somebody could read in the log."""

    def emit(self, record: logging.LogRecord) -> None:
        _counts["told"] += record.levelno >= logging.ERROR


def add_routes(app: FastAPI) -> None:
    """Serve what is known of the jobs, and which process this is."""
    for name in ("asyncio", "uvicorn.error"):
        logging.getLogger(name).addHandler(_Told())

    async def count() -> Response:
        gc.collect()
        await asyncio.sleep(0)  # what was collected is told in the loop's next turn
        return Response(json.dumps(_counts), media_type="application/json")

    async def forget() -> Response:
        _counts.update(begun=0, ended=0, told=0)
        return Response(b"{}", media_type="application/json")

    async def pid() -> Response:
        return Response(str(os.getpid()), media_type="text/plain")

    app.add_api_route("/jobs", count)
    app.add_api_route("/forget", forget, methods=["POST"])
    app.add_api_route("/pid", pid)
