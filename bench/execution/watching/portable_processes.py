"""Processes as psutil tells of them, where the system is not Linux."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import psutil

from bench.execution.watching.process_source import QuickLook, SlowLook

T = TypeVar("T")


class PortableProcesses:
    """Read processes with what psutil has everywhere."""

    def children(self, pid: int) -> tuple[int, ...] | None:
        """List the children, by one scan of all processes."""
        process = _living(pid)
        if process is None:
            return None
        return _told(lambda: tuple(child.pid for child in process.children())) or ()

    def cpu_clock_s(self, pid: int) -> float | None:
        """Return user and system time, as finely as the system counts them."""
        process = _living(pid)
        times = None if process is None else _told(process.cpu_times)
        return None if times is None else float(times.user + times.system)

    def quick_look(self, pid: int) -> QuickLook | None:
        """Return memory, threads and open files."""
        process = _living(pid)
        if process is None:
            return None
        memory = _told(process.memory_info)
        return QuickLook(
            rss_bytes=None if memory is None else memory.rss,
            vms_bytes=None if memory is None else memory.vms,
            threads=_told(process.num_threads),
            fds=_told(process.num_fds),
        )

    def slow_look(self, pid: int) -> SlowLook | None:
        """Return the memory that is the process's own; no system but Linux tells PSS.

        Context switches are left out: psutil's count is that of the main thread on some systems,
        and of all threads on others.
        """
        process = _living(pid)
        if process is None:
            return None
        memory = _told(process.memory_full_info)
        return SlowLook(
            pss_bytes=getattr(memory, "pss", None),
            uss_bytes=getattr(memory, "uss", None),
            voluntary_switches=None,
            involuntary_switches=None,
        )


def _living(pid: int) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process
    except psutil.NoSuchProcess:
        return None


def _told(ask: Callable[[], T]) -> T | None:
    """Return the answer; None where the process has just ended, or is another user's."""
    try:
        return ask()
    except psutil.Error:
        return None
