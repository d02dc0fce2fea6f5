"""One poll of the machine: who else had the cores, and what held us back."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.execution.machine.cgroups import find_control_group, read_throttled_s
from bench.execution.machine.system_files import ROOT, read_system_file
from bench.model.reading import Edge, MachineReading


@dataclass(frozen=True)
class CpuTimes:
    """CPU time since boot, summed over cores."""

    busy_s: float
    steal_s: float | None
    total_s: float


class Machine:
    """Read the machine's counters; None is what this system does not tell."""

    def __init__(self, root: Path = ROOT, clock: Callable[[], float] = time.monotonic) -> None:
        self._root = root
        self._clock = clock
        self._cpu_group = find_control_group("cpu", root)

    def read(self, step: int | None = None, edge: Edge | None = None) -> MachineReading:
        """Read all counters; those of the CPU first, at `t_s`."""
        t_s = self._clock()
        times = read_cpu_times(self._root)
        return MachineReading(
            t_s=t_s,
            step=step,
            edge=edge,
            steal_s=times.steal_s,
            busy_s=times.busy_s,
            load_1min=read_load_1min(),
            swapped_pages=parse_swapped_pages(read_system_file(self._root / "proc/vmstat") or ""),
            throttled_s=read_throttled_s(self._cpu_group),
        )


def read_cpu_times(root: Path = ROOT) -> CpuTimes:
    """Read the CPU time of all cores from `/proc/stat`, or as psutil tells it."""
    told = parse_cpu_times(read_system_file(root / "proc/stat") or "", os.sysconf("SC_CLK_TCK"))
    if told is not None:
        return told
    times = psutil.cpu_times()
    idle_s = times.idle + getattr(times, "iowait", 0.0)
    return CpuTimes(busy_s=sum(times) - idle_s, steal_s=None, total_s=sum(times))


def parse_cpu_times(text: str, ticks_per_s: int) -> CpuTimes | None:
    """Read the first line of `/proc/stat`; None where it isn't one.

    The time of guests is left out, since it is in user and nice already.

    >>> parse_cpu_times("cpu 100 10 50 800 30 5 5 20 7 0", 100)
    CpuTimes(busy_s=1.7, steal_s=0.2, total_s=10.2)
    """
    name, *fields = text.partition("\n")[0].split() or [""]
    if name != "cpu" or len(fields) < 8 or not all(field.isdigit() for field in fields):
        return None
    user, nice, system, idle, iowait, irq, softirq, steal = (int(field) for field in fields[:8])
    busy = user + nice + system + irq + softirq
    total = busy + idle + iowait + steal
    return CpuTimes(busy / ticks_per_s, steal / ticks_per_s, total / ticks_per_s)


def parse_swapped_pages(text: str) -> int | None:
    r"""Read from `/proc/vmstat` how many pages went to or came from swap; None if it isn't told.

    >>> parse_swapped_pages("pgpgin 9\npswpin 3\npswpout 4")
    7
    """
    fields = dict(line.split(maxsplit=1) for line in text.splitlines() if " " in line)
    try:
        return int(fields["pswpin"]) + int(fields["pswpout"])
    except (KeyError, ValueError):
        return None


def read_load_1min() -> float | None:
    """Return the load average of the last minute; None where there is none."""
    try:
        return os.getloadavg()[0]
    except OSError:
        return None
