from __future__ import annotations

import sys
from pathlib import Path

from bench.execution.targets.commands import module_command, server_command
from bench.model.variant import Gunicorn, Server, Uvicorn


def command(server: Server) -> tuple[str, ...]:
    return server_command(
        "shop:app",
        server,
        root=Path("/root-folder"),
        cwd=Path("/cwd"),
        temp=Path("/temp"),
        host="127.0.0.1",
        port=8080,
    )


def option(arguments: tuple[str, ...], name: str) -> str:
    return arguments[arguments.index(name) + 1]


def test_a_module_is_run_by_this_interpreter_without_the_current_folder() -> None:
    assert module_command("a.b", "--x") == (sys.executable, "-P", "-m", "a.b", "--x")


def test_uvicorn_is_told_everything() -> None:
    server = Uvicorn(name="uvicorn", loop="asyncio", http="h11", workers=3)
    assert command(server)[3:] == (
        *("uvicorn", "shop:app", "--host", "127.0.0.1", "--port", "8080"),
        *("--loop", "asyncio", "--http", "h11", "--workers", "3"),
        *("--no-access-log", "--log-level", "warning"),
        *("--timeout-keep-alive", "75", "--backlog", "2048", "--app-dir", "/root-folder"),
    )


def test_gunicorn_is_told_everything() -> None:
    server = Gunicorn(name="gunicorn", worker_class="gthread", workers=2, threads=40)
    assert command(server)[3:] == (
        *("gunicorn", "--bind", "127.0.0.1:8080", "--worker-class", "gthread"),
        *("--workers", "2", "--threads", "40"),
        *("--worker-connections", "10000", "--backlog", "2048"),
        *("--keep-alive", "75", "--log-level", "warning", "--timeout", "0"),
        *("--worker-tmp-dir", "/temp", "--no-control-socket"),
        *("--chdir", "/cwd", "--pythonpath", "/root-folder", "shop:app"),
    )


def test_both_servers_keep_connections_and_queue_them_alike() -> None:
    uvicorn = command(Uvicorn(name="uvicorn"))
    gunicorn = command(Gunicorn(name="gunicorn"))
    assert option(uvicorn, "--timeout-keep-alive") == option(gunicorn, "--keep-alive")
    assert option(uvicorn, "--backlog") == option(gunicorn, "--backlog")


def test_a_variants_own_options_come_last_and_so_win() -> None:
    uvicorn = command(Uvicorn(name="uvicorn", options=("--backlog", "64")))
    gunicorn = command(Gunicorn(name="gunicorn", options=("--timeout", "9")))
    assert uvicorn[-2:] == ("--backlog", "64")
    assert gunicorn[-3:] == ("--timeout", "9", "shop:app")
