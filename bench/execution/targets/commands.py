"""The commands that start apps under the servers that we know; everything explicit, alike."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final, assert_never

from bench.model.variant import Gunicorn, Server, Uvicorn

_KEEP_ALIVE_S: Final = "75"
"""Longer than any think time, and the same for all servers: their defaults differ (2 s, 5 s)."""
_BACKLOG: Final = "2048"
_WORKER_CONNECTIONS: Final = "10000"
"""gunicorn's default of 1,000 would cap the ladder."""


def server_command(
    app: str,
    server: Server,
    *,
    root: Path,
    cwd: Path,
    temp: Path,
    host: str,
    port: int,
    python: str = sys.executable,
) -> tuple[str, ...]:
    """Return the command line of an app under its server.

    Args:
        app: import string, such as `shop.web:app`.
        server: which server, and how.
        root: the folder that the import string starts from.
        cwd: the working folder.
        temp: a folder for the server's own files.
        host: where to listen.
        port: where to listen.
        python: the interpreter that runs the server.
    """
    match server:
        case Uvicorn():
            options = _uvicorn(app, server, root, host, port)
        case Gunicorn():
            options = _gunicorn(app, server, root, cwd, temp, f"{host}:{port}")
        case _:
            assert_never(server)
    return module_command(server.name, *options, python=python)


def module_command(module: str, *arguments: str, python: str = sys.executable) -> tuple[str, ...]:
    """Return the command line of a Python module, run by this interpreter or another.

    The current folder is kept off the import path (-P), so that a user's folder named like a
    package of ours does no harm.
    """
    return (python, "-P", "-m", module, *arguments)


def _uvicorn(app: str, server: Uvicorn, root: Path, host: str, port: int) -> tuple[str, ...]:
    return (
        app,
        *("--host", host, "--port", str(port)),
        *("--loop", server.loop, "--http", server.http, "--workers", str(server.workers)),
        *("--no-access-log", "--log-level", "warning"),
        *("--timeout-keep-alive", _KEEP_ALIVE_S, "--backlog", _BACKLOG),
        *("--app-dir", str(root)),
        *server.options,
    )


def _gunicorn(
    app: str, server: Gunicorn, root: Path, cwd: Path, temp: Path, address: str
) -> tuple[str, ...]:
    return (
        *("--bind", address, "--worker-class", server.worker_class),
        *("--workers", str(server.workers), "--threads", str(server.threads)),
        *("--worker-connections", _WORKER_CONNECTIONS, "--backlog", _BACKLOG),
        *("--keep-alive", _KEEP_ALIVE_S, "--log-level", "warning"),
        # a worker that is slow under load is what we measure, not a reason to kill it
        *("--timeout", "0"),
        # its heartbeat files and its control socket would lie outside of the run's folder
        *("--worker-tmp-dir", str(temp), "--no-control-socket"),
        *("--chdir", str(cwd), "--pythonpath", str(root)),
        *server.options,
        app,
    )
