"""How the supervisor starts a child; standard library only, for a single-threaded process."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypedDict

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

TREE_VARIABLE = "PAIRBENCH_TREE"
"""Marks all descendants of a child, so that one that left its session is still known as its own."""
CONTROL_VARIABLE = "PAIRBENCH_CONTROL_FD"


class Order(TypedDict):
    """What it takes to start a child, as it comes from the harness."""

    id: int
    argv: list[str]
    env: dict[str, str]
    cwd: str
    cores: list[int]
    log: str
    user: list[int] | None
    """uid and gid."""
    stop_signal: int
    grace_s: float
    niceness: int
    """Below 0: before what else wants its cores, where the system allows it."""


def start_child(order: Order, *, tree: str, control_fd: int | None) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, on its cores, writing to its log.

    Raises:
        OSError: it could not be started; says why.
        subprocess.SubprocessError: the same.
    """
    environment = order["env"] | {TREE_VARIABLE: tree}
    if control_fd is not None:
        environment[CONTROL_VARIABLE] = str(control_fd)
    uid, gid = order["user"] or (None, None)
    supervisor = os.getpid()
    with Path(order["log"]).open("ab") as log, _on_cores(order["cores"]):
        # A pre-exec function is safe here, since the supervisor has one thread only.
        process = subprocess.Popen(
            order["argv"],
            env=environment,
            cwd=order["cwd"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=() if control_fd is None else (control_fd,),
            user=uid,
            group=gid,
            extra_groups=None if uid is None else [],
            preexec_fn=lambda: _die_with(supervisor),  # noqa: PLW1509 - see above
        )
    if order["niceness"]:
        _give_way(process.pid, order["niceness"])
    return process


def become_subreaper() -> None:
    """Let descendants whose parent ends become children of this process (Linux)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def raise_file_limit() -> None:
    """Raise the soft limit of open files to the hard one; children inherit it."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):  # macOS refuses an infinite one
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _give_way(pid: int, niceness: int) -> None:
    """Set how much of a core a process gets where others want it too; nothing where we may not.

    Where sessions are scheduled as groups (autogroup), the niceness of the group is what counts
    against other sessions, and that of a process within its own.
    """
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, niceness)
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/autogroup").write_text(str(niceness))


def _die_with(supervisor: int) -> None:
    """Have the kernel kill this child when the supervisor dies; runs after the change of uid."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != supervisor:  # it died before the signal was asked for
            os._exit(1)


@contextlib.contextmanager
def _on_cores(cores: Sequence[int]) -> Iterator[None]:
    """Run on some cores, for what is started meanwhile to inherit; nothing where none are named."""
    if not cores or sys.platform != "linux":
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
