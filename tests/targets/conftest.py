"""Targets started for real, as an experiment file asks, with the services that they need."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TypedDict

import psycopg
import pytest

from bench.execution.services.database_contents import LOAD_CONTENTS
from bench.execution.services.postgres_binaries import wheel_installation
from bench.execution.targets.commands import module_command, server_command
from bench.execution.targets.ports import free_port
from bench.model.variant import Variant

PROJECT = Path(__file__).parents[2]
STARTS_WITHIN_S = 30.0
ENDS_WITHIN_S = 10.0
AN_AWKWARD_NAME = """UPDATE users SET name = 'Üser "1"' WHERE id = 1"""

Port = int
StartTarget = Callable[[Variant, dict[str, str]], AbstractContextManager[Port]]


@pytest.fixture
def start_target(tmp_path: Path) -> StartTarget:
    """Return what starts a variant with an environment and yields the port that it serves."""

    @contextmanager
    def start(variant: Variant, env: dict[str, str]) -> Iterator[Port]:
        port = free_port()
        log = tmp_path / f"{port}.log"
        command = _command(variant, port, tmp_path)
        cwd = PROJECT if variant.command is not None else tmp_path
        with running(command, log, cwd=cwd, env=os.environ | env) as process:
            _wait_until_ready(process, port, variant.ready or "/ping", log)
            yield port

    return start


@contextmanager
def running(
    command: Sequence[str],
    log: Path,
    *,
    cwd: Path,
    env: dict[str, str],
    uid: int | None = None,
    stop_with: signal.Signals = signal.SIGTERM,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command in a session of its own, and end the whole session in every case."""
    identity = _identity(uid)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, cwd=cwd, env=env, start_new_session=True,
            **identity,
        )  # fmt: skip
    try:
        yield process
    finally:
        process.send_signal(stop_with)
        with suppress(subprocess.TimeoutExpired):
            process.wait(ENDS_WITHIN_S)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(ENDS_WITHIN_S)


@pytest.fixture(scope="session")
def upstream_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run the harness's upstream."""
    folder, port = tmp_path_factory.mktemp("upstream"), free_port()
    log = folder / "upstream.log"
    command = module_command("bench.execution.services.upstream", "--port", str(port))
    with running(command, log, cwd=folder, env=dict(os.environ)) as process:
        _wait_until_ready(process, port, "/ping", log)
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """Run a PostgreSQL with the users' table in a folder of its own, as nobody if we are root."""
    uid = pwd.getpwnam("nobody").pw_uid if os.getuid() == 0 else None
    # Not pytest's own temporary folder: that one lets only its owner in.
    folder = Path(tempfile.mkdtemp(prefix="pairbench-postgres-"))
    try:
        if uid is not None:
            os.chown(folder, uid, uid)
        with _postgres(folder, uid) as url:
            with psycopg.connect(url) as connection:
                connection.execute(LOAD_CONTENTS)
                connection.execute(AN_AWKWARD_NAME)
            yield url
    finally:
        shutil.rmtree(folder)


class _Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def _identity(uid: int | None) -> _Identity:
    return {} if uid is None else {"user": uid, "group": uid, "extra_groups": []}


def _command(variant: Variant, port: Port, folder: Path) -> tuple[str, ...]:
    if variant.command is not None:
        given = {"python": sys.executable, "host": "127.0.0.1", "port": str(port)}
        return tuple(word.format_map(given) for word in variant.command)
    assert variant.app is not None
    assert variant.server is not None
    return server_command(
        variant.app,
        variant.server,
        root=PROJECT,
        cwd=folder,
        temp=folder,
        host="127.0.0.1",
        port=port,
    )


def _wait_until_ready(process: subprocess.Popen[bytes], port: Port, path: str, log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while process.poll() is None and time.monotonic() < deadline:
        connection = HTTPConnection("127.0.0.1", port, timeout=STARTS_WITHIN_S)
        try:
            connection.request("GET", path)
            if connection.getresponse().status < 400:
                return
        except (OSError, HTTPException):
            time.sleep(0.05)
        finally:
            connection.close()
    pytest.fail(f"the target did not become ready; its log:\n{log.read_text()}")


@contextmanager
def _postgres(folder: Path, uid: int | None) -> Iterator[str]:
    data, port, binaries = folder / "data", free_port(), wheel_installation() / "bin"
    env = {
        "PATH": os.defpath,
        "LC_ALL": "C",
        "TZ": "Asia/Kathmandu",
    }  # drivers differ in what they make of it
    identity = _identity(uid)
    initdb = [f"{binaries}/initdb", "--no-sync", "--auth=trust", "--encoding=UTF8"]
    subprocess.run(
        [*initdb, "--username=bench", "-D", str(data)],
        cwd=folder, env=env, check=True, capture_output=True, **identity,
    )  # fmt: skip
    settings = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": ""}
    options = [f"--{name}={value}" for name, value in settings.items()]
    command = [f"{binaries}/postgres", "-D", str(data), "-F", *options]
    log = folder / "postgres.log"
    fast = signal.SIGINT  # does not wait for its clients
    with running(command, log, cwd=folder, env=env, uid=uid, stop_with=fast) as process:
        url = f"postgresql://bench@127.0.0.1:{port}/postgres"
        _wait_until_it_accepts(process, url, log)
        yield url


def _wait_until_it_accepts(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"PostgreSQL did not become ready; its log:\n{log.read_text()}")
