"""The system's process table, and who in it descends from whom; standard library only."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc")


class ProcessEntry(NamedTuple):
    """One living process."""

    pid: int
    parent: int
    session: int
    """Elsewhere than on Linux its process group, which is what `ps` tells everywhere."""


ProcessTable = Mapping[int, ProcessEntry]


def read_process_table() -> dict[int, ProcessEntry]:
    """Return all living processes by pid; zombies are not among them."""
    return _read_proc() if sys.platform == "linux" else _read_ps()


def tree_of(leader: int, table: ProcessTable) -> set[int]:
    """Return the living processes that descend from a leader or are left over from its session.

    The leader is the first process of a session of its own; it needs not live any more.
    """
    return {pid for pid in table if _leads_to(leader, pid, table)}


def ancestry(pid: int, table: ProcessTable) -> list[ProcessEntry]:
    """Return a process and its living ancestors, nearest first."""
    line: list[ProcessEntry] = []
    while (entry := table.get(pid)) is not None and entry not in line:
        line.append(entry)
        pid = entry.parent
    return line


def has_environment(pid: int, variable: bytes) -> bool:
    """Say whether a process was started with `NAME=value` in its environment, as far as is told."""
    try:
        return variable in (_PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return False


def _leads_to(leader: int, pid: int, table: ProcessTable) -> bool:
    return any(leader in (entry.pid, entry.session) for entry in ancestry(pid, table))


def _read_proc() -> dict[int, ProcessEntry]:
    table: dict[int, ProcessEntry] = {}
    for name in os.listdir(_PROC):  # noqa: PTH208 - thousands of Path objects cost too much here
        if name.isdigit():
            with contextlib.suppress(OSError):  # it ended in the meantime
                stat = (_PROC / name / "stat").read_bytes()
                # the command's name stands in parentheses and may itself hold any of these
                state, parent, _group, session = stat.rpartition(b")")[2].split()[:4]
                if state not in (b"Z", b"X"):
                    table[int(name)] = ProcessEntry(int(name), int(parent), int(session))
    return table


def _read_ps() -> dict[int, ProcessEntry]:
    command = ["ps", "-axo", "pid=,ppid=,pgid=,stat="]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as ps:
        lines = ps.communicate()[0].splitlines()
    table: dict[int, ProcessEntry] = {}
    for line in lines:
        pid, parent, group, state = line.split(maxsplit=3)
        if not state.startswith("Z") and int(pid) != ps.pid:
            table[int(pid)] = ProcessEntry(int(pid), int(parent), int(group))
    return table
