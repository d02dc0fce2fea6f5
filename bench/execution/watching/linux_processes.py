"""Processes as Linux tells of them: CPU clocks, /proc, and psutil for shared memory."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import Final

import psutil

from bench.execution.watching.process_source import QuickLook, SlowLook

_PROC: Final = Path("/proc")

_FIELDS: Final = re.compile(rb"^(State|VmSize|VmRSS|Threads):\s+(\w+)", re.MULTILINE)

_MANY_THREADS: Final = 256
"""From here on one scan of all processes is cheaper than a file per thread."""


class LinuxProcesses:
    """Read processes through their CPU clocks and /proc."""

    def __init__(self) -> None:
        pid = os.getpid()
        self._has_children_files = (_PROC / f"{pid}/task/{pid}/children").exists()

    def children(self, pid: int) -> tuple[int, ...] | None:
        """List the children of every thread: a process belongs to the thread that forked it."""
        threads = _threads(pid)
        if threads is None:
            return None
        if not self._has_children_files or len(threads) > _MANY_THREADS:
            return _children_by_scan(pid)
        texts = (_read(f"{pid}/task/{thread}/children") for thread in threads)
        return tuple(int(child) for text in texts if text for child in text.split())

    def cpu_clock_s(self, pid: int) -> float | None:
        """Read the process's CPU clock: nanoseconds, all threads, ended ones included.

        The number of the clock is made as clock_getcpuclockid(3) makes it. `cpu_times()` of psutil
        ticks at 10 ms, and `/proc/PID/schedstat` counts the main thread alone.
        """
        try:
            return time.clock_gettime((~pid << 3) | 2)
        except OSError:
            return None

    def quick_look(self, pid: int) -> QuickLook | None:
        """Read `status`, which does not walk the threads as `stat` does."""
        try:
            status = _read(f"{pid}/status")
        except PermissionError:  # /proc mounted with hidepid
            return QuickLook(rss_bytes=None, vms_bytes=None, threads=None, fds=None)
        return None if status is None else parse_status(status, fds=_count_fds(pid))

    def slow_look(self, pid: int) -> SlowLook | None:
        """Read the shared memory, and the context switches of every thread."""
        threads = _threads(pid)
        if threads is None:
            return None
        pss_bytes, uss_bytes = _shared_memory(pid)
        voluntary, involuntary = _context_switches(pid, threads)
        return SlowLook(pss_bytes, uss_bytes, voluntary, involuntary)


def parse_status(text: bytes, fds: int | None) -> QuickLook | None:
    r"""Read `/proc/PID/status`; None for a zombie, which has ended and only waits to be reaped.

    >>> parse_status(b"State:\tS\nVmSize:\t8 kB\nVmRSS:\t4 kB\nThreads:\t2\n", fds=3)
    QuickLook(rss_bytes=4096, vms_bytes=8192, threads=2, fds=3)
    """
    fields = dict(_FIELDS.findall(text))
    if fields.get(b"State") in (b"Z", b"X"):
        return None
    return QuickLook(
        rss_bytes=int(fields.get(b"VmRSS", 0)) * 1024,
        vms_bytes=int(fields.get(b"VmSize", 0)) * 1024,
        threads=int(fields[b"Threads"]) if b"Threads" in fields else None,
        fds=fds,
    )


def parse_switches(text: bytes) -> tuple[int, int] | None:
    r"""Read the voluntary and involuntary context switches of one thread from its `status`.

    >>> parse_switches(b"\nvoluntary_ctxt_switches:\t7\nnonvoluntary_ctxt_switches:\t2\n")
    (7, 2)
    """
    start = text.rfind(b"\nvoluntary_ctxt_switches:")
    fields = text[start:].split() if start >= 0 else []
    return (int(fields[1]), int(fields[3])) if len(fields) >= 4 else None


def _read(path: str) -> bytes | None:
    """Return what a file below /proc holds; None where its process or thread is gone."""
    try:
        return (_PROC / path).read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return None


def _names(path: str) -> list[str] | None:
    try:
        with os.scandir(_PROC / path) as entries:
            return [entry.name for entry in entries]
    except (FileNotFoundError, ProcessLookupError):
        return None


def _threads(pid: int) -> list[str] | None:
    try:
        return _names(f"{pid}/task")
    except PermissionError:  # hidepid: the process itself is all we may know
        return []


def _children_by_scan(pid: int) -> tuple[int, ...] | None:
    try:
        return tuple(child.pid for child in psutil.Process(pid).children())
    except psutil.NoSuchProcess:
        return None
    except psutil.AccessDenied:
        return ()


def _count_fds(pid: int) -> int | None:
    """Count open files: since Linux 6.2 the folder's size says it, at any number at no cost."""
    try:
        size = (_PROC / f"{pid}/fd").stat().st_size
        names = None if size else _names(f"{pid}/fd")
    except OSError:
        return None
    return size or (None if names is None else len(names))


def _shared_memory(pid: int) -> tuple[int | None, int | None]:
    try:
        memory = psutil.Process(pid).memory_full_info()
    except psutil.Error:  # gone, or another user's
        return None, None
    return memory.pss, memory.uss


def _context_switches(pid: int, threads: list[str]) -> tuple[int | None, int | None]:
    """Sum over living threads: the process's own `status` has those of its main thread alone."""
    try:
        texts = [_read(f"{pid}/task/{thread}/status") for thread in threads]
    except PermissionError:
        return None, None
    switches = [told for text in texts if text and (told := parse_switches(text)) is not None]
    if not switches:
        return None, None
    return sum(count for count, _ in switches), sum(count for _, count in switches)
