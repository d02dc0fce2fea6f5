"""On which cores a server may run that we did not start, as far as the system tells."""

from __future__ import annotations

import os

import psutil

from bench.execution.supervision.process_table import (
    ProcessTable,
    ancestry,
    read_process_table,
)


def find_server_cores(port: int) -> frozenset[int] | None:
    """Return the cores that the processes behind a port of this machine may use; None: unknown.

    Of a tree of processes those without children are looked at: masters only look after workers.
    """
    table = read_process_table()
    workers = {pid for leader in _listening_pids(port) for pid in _leaves(leader, table)}
    cores = [_cores(pid) for pid in workers]
    known = [of_one for of_one in cores if of_one is not None]
    return frozenset[int]().union(*known) if known and len(known) == len(cores) else None


def _listening_pids(port: int) -> set[int]:
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:  # macOS tells root only
        return set()
    return {
        connection.pid
        for connection in connections
        if connection.status == psutil.CONN_LISTEN
        and connection.laddr.port == port
        and connection.pid is not None
    }


def _leaves(leader: int, table: ProcessTable) -> set[int]:
    lines = {pid: {entry.pid for entry in ancestry(pid, table)} for pid in table}
    tree = {pid for pid, line in lines.items() if leader in line}
    if os.getpid() in tree:  # what started us, as a shell may that serves, does not work through us
        tree -= {pid for pid in tree if os.getpid() in lines[pid]}
    return tree - {entry.parent for pid, entry in table.items() if pid in tree}


def _cores(pid: int) -> frozenset[int] | None:
    try:
        return frozenset(psutil.Process(pid).cpu_affinity())
    except (psutil.Error, AttributeError):  # gone, another user's, or a system without affinity
        return None
