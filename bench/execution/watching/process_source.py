"""What can be learned of one process, and the ways of learning it."""

from __future__ import annotations

import platform
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class QuickLook:
    """What costs some tens of microseconds, however many threads the process has.

    None is what the system does not tell, or not to us.
    """

    rss_bytes: int | None
    vms_bytes: int | None
    threads: int | None
    fds: int | None


@dataclass(frozen=True)
class SlowLook:
    """What is summed over all mappings or all threads: a third of a second at 10,000 threads."""

    pss_bytes: int | None
    uss_bytes: int | None
    voluntary_switches: int | None
    involuntary_switches: int | None


class ProcessSource(Protocol):
    """A way of reading processes, any of which may end between two calls, or be another user's."""

    def children(self, pid: int) -> tuple[int, ...] | None:
        """Return the processes that this one started and that are left; None if it is gone."""

    def cpu_clock_s(self, pid: int) -> float | None:
        """Return the CPU time of all threads, ended ones included; None if it can't be had."""

    def quick_look(self, pid: int) -> QuickLook | None:
        """Return what is cheap; None if the process is gone."""

    def slow_look(self, pid: int) -> SlowLook | None:
        """Return what is dear; None if the process is gone."""


def source_of_this_system() -> ProcessSource:
    """Return the best source that this system has."""
    if platform.system() == "Linux":
        from bench.execution.watching.linux_processes import LinuxProcesses

        return LinuxProcesses()
    from bench.execution.watching.portable_processes import PortableProcesses

    return PortableProcesses()


def find_tree(
    source: ProcessSource, roots: AbstractSet[int], apart: AbstractSet[int] = frozenset()
) -> tuple[int, ...]:
    """Return the living roots and all their descendants, in the order of their numbers.

    Args:
        source: how processes are read.
        roots: where the tree starts; one that is gone is left out.
        apart: descendants that are not looked at, nor what is below them: the roots of others.
    """
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        pid = waiting.pop()
        if pid in found:
            continue
        children = source.children(pid)
        if children is None:
            continue
        found.add(pid)
        waiting += [child for child in children if child not in apart]
    return tuple(sorted(found))
