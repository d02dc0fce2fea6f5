"""One poll of one process tree: the clocks first, then what is cheap, then what is dear."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bench.execution.watching.process_source import ProcessSource, SlowLook
from bench.model.reading import Edge, ProcessReading, Subject

N = TypeVar("N", int, float)
Clock = Callable[[], float]


@dataclass(frozen=True)
class ClockReading:
    """The CPU clocks of a tree's processes, read in one go at `t_s`."""

    t_s: float
    cpu_s: Mapping[int, float]
    cost_s: float


def read_clocks(
    source: ProcessSource, pids: Sequence[int], clock: Clock = time.monotonic
) -> ClockReading:
    """Read the CPU clock of each process that still has one."""
    t_s = clock()
    told = {pid: source.cpu_clock_s(pid) for pid in pids}
    cpu_s = {pid: cpu_s for pid, cpu_s in told.items() if cpu_s is not None}
    return ClockReading(t_s, cpu_s, cost_s=clock() - t_s)


def cpu_ratio_between(before: ClockReading, after: ClockReading) -> float | None:
    """Return how many cores were in use between two readings, by the processes in both."""
    elapsed_s = after.t_s - before.t_s
    both = before.cpu_s.keys() & after.cpu_s.keys()
    if elapsed_s <= 0 or not both:
        return None
    return sum(after.cpu_s[pid] - before.cpu_s[pid] for pid in both) / elapsed_s


def read_processes(
    source: ProcessSource,
    subject: Subject,
    pids: Sequence[int],
    clocks: ClockReading,
    *,
    step: int | None = None,
    edge: Edge | None = None,
    slow: bool = False,
    clock: Clock = time.monotonic,
) -> ProcessReading:
    """Look at every process of a tree, and sum up those that are still there.

    A sum that lacks a process which is there is None: a part would pass for the whole.

    Args:
        source: how processes are read.
        subject: whose tree it is.
        pids: the tree's processes, as they were found a moment ago.
        clocks: their CPU clocks, which were read before; the reading bears their time.
        step: the step under way.
        edge: the edge of the window that the reading is for.
        slow: also read what is dear (shared memory, context switches).
        clock: what the cost is measured with.
    """
    began_s = clock()
    quick = {pid: look for pid in pids if (look := source.quick_look(pid)) is not None}
    dear = _look_slowly(source, quick) if slow else {}
    living = [pid for pid in quick if not slow or pid in dear]
    looks = [quick[pid] for pid in living]
    slow_looks = list(dear.values())
    return ProcessReading(
        t_s=clocks.t_s,
        step=step,
        edge=edge,
        subject=subject,
        pids=tuple(living),
        cpu_s=_total(clocks.cpu_s.get(pid) for pid in living),
        rss_bytes=_total(look.rss_bytes for look in looks),
        vms_bytes=_total(look.vms_bytes for look in looks),
        threads=_total(look.threads for look in looks),
        fds=_total(look.fds for look in looks),
        pss_bytes=_total(look.pss_bytes for look in slow_looks),
        uss_bytes=_total(look.uss_bytes for look in slow_looks),
        voluntary_switches=_total(look.voluntary_switches for look in slow_looks),
        involuntary_switches=_total(look.involuntary_switches for look in slow_looks),
        cost_s=clocks.cost_s + clock() - began_s,
    )


def _look_slowly(source: ProcessSource, pids: Iterable[int]) -> dict[int, SlowLook]:
    return {pid: look for pid in pids if (look := source.slow_look(pid)) is not None}


def _total(values: Iterable[N | None]) -> N | None:
    """Sum up; None where there is nothing, or where a part is unknown."""
    parts = list(values)
    known = [part for part in parts if part is not None]
    return sum(known[1:], known[0]) if known and len(known) == len(parts) else None
