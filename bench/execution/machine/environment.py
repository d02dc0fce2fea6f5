"""Read the environment of a run: the machine and the software that its numbers belong to."""

from __future__ import annotations

import os
import platform
import resource
import sys
from collections.abc import Callable
from pathlib import Path

import psutil

from bench.execution.machine.cgroups import (
    find_control_group,
    read_cpu_quota,
    read_memory_limit_bytes,
    read_process_limit,
)
from bench.execution.machine.cpu_description import parse_cpuinfo
from bench.execution.machine.fingerprint import (
    UNKNOWN,
    describe_identity,
    describe_python,
    fingerprint,
)
from bench.execution.machine.installed_packages import installed_packages
from bench.execution.machine.pinning import can_pin
from bench.execution.machine.system_files import ROOT, read_system_file, read_system_number
from bench.execution.watching.machine_reading import read_cpu_times, read_load_1min
from bench.model.environment import Environment


def read_environment(root: Path = ROOT) -> Environment:
    """Read all that a number depends on beside the code; what a system doesn't tell is None.

    Args:
        root: where the system's files are.
    """
    cpu = parse_cpuinfo(read_system_file(root / "proc/cpuinfo") or "")
    cpu_model = cpu.model or platform.processor() or platform.machine() or UNKNOWN
    cores = os.cpu_count() or 1
    memory_bytes = int(psutil.virtual_memory().total)
    identity = describe_identity(
        cpu_model=cpu_model, cores=cores, memory_bytes=memory_bytes, root=root
    )
    return Environment(
        fingerprint=fingerprint(identity),
        identity=identity,
        system=platform.system(),
        kernel=platform.release(),
        cpu_model=cpu_model,
        cores=cores,
        usable_cores=usable_cores(),
        memory_bytes=memory_bytes,
        governor=read_system_file(root / "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        hypervisor=_hypervisor(cpu.hypervisor, root),
        cgroup_cpu_quota=read_cpu_quota(find_control_group("cpu", root)),
        cgroup_memory_bytes=read_memory_limit_bytes(find_control_group("memory", root)),
        open_files_limit=_open_files_limit(),
        processes_limit=_processes_limit(root),
        ephemeral_ports=parse_port_range(
            read_system_file(root / "proc/sys/net/ipv4/ip_local_port_range") or ""
        ),
        stack_limit_bytes=_soft_limit(resource.RLIMIT_STACK),
        sched_autogroup=_switch(root / "proc/sys/kernel/sched_autogroup_enabled"),
        transparent_huge_pages=parse_chosen(
            read_system_file(root / "sys/kernel/mm/transparent_hugepage/enabled") or ""
        ),
        steal_ratio=_steal_ratio(root),
        load_1min=read_load_1min(),
        python=describe_python(),
        packages=installed_packages(),
        missing=_missing(root),
    )


def usable_cores() -> tuple[int, ...]:
    """Return the cores that this process may run on; all there are where the system can't say."""
    affinity: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    return tuple(sorted(affinity(0))) if affinity else tuple(range(os.cpu_count() or 1))


def differing_identity(a: Environment, b: Environment) -> dict[str, tuple[str, str]]:
    """Return the parts of two identities that differ, by name, as `(a's, b's)`.

    A part that one of them lacks is shown as "unknown".
    """
    names = sorted(a.identity.keys() | b.identity.keys())
    both = {n: (a.identity.get(n, UNKNOWN), b.identity.get(n, UNKNOWN)) for n in names}
    return {name: values for name, values in both.items() if values[0] != values[1]}


def parse_port_range(text: str) -> int | None:
    r"""Count the ports that the system gives out for outgoing connections.

    >>> parse_port_range("32768\t60999")
    28232
    """
    fields = text.split()
    if len(fields) != 2 or not all(field.isdigit() for field in fields):
        return None
    return int(fields[1]) - int(fields[0]) + 1


def parse_chosen(text: str) -> str | None:
    """Return the word in brackets, with which the kernel marks the choice that is in force.

    >>> parse_chosen("always [madvise] never")
    'madvise'
    """
    words = (word for word in text.split() if word.startswith("[") and word.endswith("]"))
    return next((word[1:-1] for word in words), None)


def _hypervisor(told_by_cpu: bool | None, root: Path) -> bool | None:
    if told_by_cpu is None and read_system_file(root / "sys/hypervisor/type"):
        return True
    return told_by_cpu


def _open_files_limit() -> int:
    """Return the hard limit: children of the supervisor have their soft one raised to it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if hard == resource.RLIM_INFINITY else hard


def _soft_limit(which: int) -> int | None:
    soft, _ = resource.getrlimit(which)
    return None if soft == resource.RLIM_INFINITY else soft


def _processes_limit(root: Path) -> int | None:
    """Return the tighter of the user's limit and the group's; both count threads on Linux."""
    limits = (
        _soft_limit(resource.RLIMIT_NPROC),
        read_process_limit(find_control_group("pids", root)),
    )
    return min((limit for limit in limits if limit is not None), default=None)


def _switch(path: Path) -> bool | None:
    number = read_system_number(path)
    return None if number is None else number != 0


def _steal_ratio(root: Path) -> float | None:
    times = read_cpu_times(root)
    if times.steal_s is None or times.total_s <= 0:
        return None
    return times.steal_s / times.total_s


def _missing(root: Path) -> tuple[str, ...]:
    """Name what this system can't tell or do, in the words of the docs."""
    has = {
        "pinning": can_pin(),
        "cpu-clock": platform.system() == "Linux",
        "pss": (root / "proc/self/smaps").exists(),
        "context-switches": (root / "proc/self/task").exists(),
        "steal": read_cpu_times(root).steal_s is not None,
        "swap": read_system_file(root / "proc/vmstat") is not None,
        "cgroup": read_system_file(root / "proc/self/cgroup") is not None,
    }
    return tuple(name for name, there in has.items() if not there)
