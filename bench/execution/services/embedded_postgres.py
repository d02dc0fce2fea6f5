"""PostgreSQL from the wheel's binaries, run as a child of ours in a fresh folder."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg

from bench.errors import ServiceError
from bench.execution.services.database import CONNECT_ERRORS, CONNECT_TIMEOUT_S, RunningDatabase
from bench.execution.services.database_contents import LOAD_CONTENTS
from bench.execution.services.postgres_binaries import (
    reachable_binaries,
    unprivileged_user,
    wheel_installation,
)
from bench.execution.supervision.processes import ProcessSpec, Supervisor
from bench.execution.targets.listening import Listener, listen
from bench.execution.targets.ports import LOOPBACK
from bench.execution.targets.readiness import POLL_S

_READY_TIMEOUT_S: Final = 60.0
_GRACE_S: Final = 10.0
_SUPERUSER: Final = "postgres"
_LONGEST_SOCKET_FOLDER: Final = 80
"""A socket's path has 107 characters at most, on macOS 103; PostgreSQL adds some twenty."""
_SETTINGS: Final = {
    "listen_addresses": LOOPBACK,
    # containers tend to have a /dev/shm that is too small
    "dynamic_shared_memory_type": "mmap",
    # the disk is not what is measured, and the folder does not outlive the run
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@asynccontextmanager
async def embedded_postgres(
    supervisor: Supervisor, *, cores: tuple[int, ...], log: Path, max_connections: int = 200
) -> AsyncIterator[RunningDatabase]:
    """Run a PostgreSQL of our own on loopback, with our contents; on leaving, remove it all.

    Raises:
        ServiceError: there are no binaries, or initdb or the contents failed.
        SpawnError: it can't be started.
        TargetStartError: it did not become ready.
    """
    folder = _passable_folder(supervisor.temp_folder)
    try:
        cluster = await _prepare(supervisor, folder, cores, log)
        await _initialise(supervisor, cluster)
        async with listen(
            supervisor,
            lambda port: cluster.server(port, max_connections),
            ready=None,
            timeout_s=_READY_TIMEOUT_S,
        ) as listener:
            url = (
                f"postgresql://{_SUPERUSER}:{cluster.password}@{LOOPBACK}:{listener.port}/postgres"
            )
            await _load(url, listener)
            yield RunningDatabase(url=url, schema="public", process=listener.process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # what stays goes with the run's own folder


def _passable_folder(parent: Path) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="postgres-", dir=parent))
    folder.chmod(0o711)  # another uid passes through to the folders that it owns
    return folder


@dataclass(frozen=True)
class _Cluster:
    """Where a PostgreSQL lives, and as whom."""

    binaries: Path
    folder: Path
    user: tuple[int, int] | None
    password: str
    cores: tuple[int, ...]
    log: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def sockets(self) -> Path:
        return self.folder / "sockets"

    @property
    def password_file(self) -> Path:
        return self.folder / "password"

    def initdb(self) -> ProcessSpec:
        return self._spec(
            "initdb",
            *("--pgdata", str(self.data), "--username", _SUPERUSER),
            *("--auth", "scram-sha-256", "--pwfile", str(self.password_file)),
            *("--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"),
        )

    def server(self, port: int, max_connections: int) -> ProcessSpec:
        fits = len(str(self.sockets)) <= _LONGEST_SOCKET_FOLDER
        settings = _SETTINGS | {
            "port": str(port),
            "max_connections": str(max_connections),
            "unix_socket_directories": str(self.sockets) if fits else "",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return self._spec("postgres", "-D", str(self.data), *options)

    def _spec(self, program: str, *arguments: str) -> ProcessSpec:
        return ProcessSpec(
            name=program,
            argv=(str(self.binaries / program), *arguments),
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            cwd=self.folder,
            log=self.log,
            cores=self.cores,
            stop_signal=signal.SIGINT,  # "fast": clients are cut off, the server ends in order
            grace_s=_GRACE_S,
            user=self.user,
        )


async def _prepare(
    supervisor: Supervisor, folder: Path, cores: tuple[int, ...], log: Path
) -> _Cluster:
    user = unprivileged_user()
    binaries = await reachable_binaries(supervisor, wheel_installation(), user, folder)
    cluster = _Cluster(binaries, folder, user, secrets.token_hex(16), cores, log)
    _make_folders(cluster)
    return cluster


def _make_folders(cluster: _Cluster) -> None:
    cluster.password_file.touch(mode=0o600)
    cluster.password_file.write_text(cluster.password)
    cluster.data.mkdir(mode=0o700)
    cluster.sockets.mkdir(mode=0o700)
    if cluster.user is not None:
        for path in (cluster.data, cluster.sockets, cluster.password_file):
            os.chown(path, *cluster.user)


async def _initialise(supervisor: Supervisor, cluster: _Cluster) -> None:
    initdb = await supervisor.spawn(cluster.initdb())
    try:
        returncode = await initdb.wait()
    finally:
        await initdb.end()
    if returncode != 0:
        raise ServiceError(
            f"PostgreSQL's initdb failed in {cluster.folder} with exit code {returncode}.",
            hint="If it was denied the folder: set TMPDIR to one that every user can pass through.",
            evidence=initdb.log_tail(),
        )
    cluster.password_file.unlink()


async def _load(url: str, listener: Listener) -> None:
    connection = await _connect(url, listener)
    try:
        await connection.execute(LOAD_CONTENTS)
    except CONNECT_ERRORS as error:
        raise ServiceError(
            f"The database's contents can't be loaded: {error}",
            evidence=listener.process.log_tail(),
        ) from error
    finally:
        await connection.close(timeout=CONNECT_TIMEOUT_S)


async def _connect(url: str, listener: Listener) -> asyncpg.Connection:
    """Connect as soon as the server lets us; its port is open before it is done starting up."""
    give_up_at_s = time.monotonic() + _READY_TIMEOUT_S
    while True:
        try:
            return await asyncpg.connect(url, ssl=False, timeout=CONNECT_TIMEOUT_S)
        except CONNECT_ERRORS as error:
            gone = listener.process.returncode is not None
            if gone or time.monotonic() > give_up_at_s:
                raise ServiceError(
                    f"PostgreSQL on port {listener.port} takes no connections: {error}",
                    evidence=listener.process.log_tail(),
                ) from error
            await asyncio.sleep(POLL_S)
