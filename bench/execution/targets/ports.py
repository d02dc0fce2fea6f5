"""Loopback ports: a free one, and who listens on one."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from typing import Any, Final

import psutil

from bench.execution.supervision.process_table import read_process_table, tree_of

LOOPBACK: Final = "127.0.0.1"


def free_port(host: str = LOOPBACK) -> int:
    """Return a port that nobody uses right now; the next moment somebody may."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def loopback_url(port: int, *, tls: bool = False) -> str:
    """Return where something on a port of this machine is, without a slash at the end."""
    return f"{'https' if tls else 'http'}://{LOOPBACK}:{port}"


def tree_listens(leader: int, port: int) -> bool:
    """Say whether a process, or one of its tree, listens on a port."""
    return any(_listens(pid, port) for pid in tree_of(leader, read_process_table()))


def listeners(port: int) -> tuple[str, ...]:
    """Name the processes that listen on a port, as far as the system tells; for messages."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:  # macOS tells root only
        return ()
    pids = {connection.pid for connection in connections if _is_listener(connection, port)}
    return tuple(sorted(_names(pid for pid in pids if pid is not None)))


def _names(pids: Iterable[int]) -> Iterable[str]:
    for pid in pids:
        try:
            yield f"{psutil.Process(pid).name()} (pid {pid})"
        except psutil.Error:
            yield f"pid {pid}"


def _listens(pid: int, port: int) -> bool:
    try:
        connections = psutil.Process(pid).net_connections(kind="tcp")
    except psutil.NoSuchProcess:
        return False
    except (
        psutil.AccessDenied
    ):  # another user's: a program that changed its uid, and not a stranger
        return True
    return any(_is_listener(connection, port) for connection in connections)


def _is_listener(connection: Any, port: int) -> bool:
    return bool(
        connection.status == psutil.CONN_LISTEN
        and connection.laddr
        and connection.laddr.port == port
    )
