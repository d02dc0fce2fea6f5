"""Needs: whether this machine has what an experiment asks for."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.execution.machine.system_files import ROOT, read_system_file
from bench.model.environment import Environment
from bench.model.needs import Needs

_CAP_SYS_PTRACE: Final = 19
"""The bit of the capability in the mask, of linux/capability.h."""


def find_unmet(needs: Needs, environment: Environment, root: Path = ROOT) -> tuple[str, ...]:
    """Say what is missing, with what would have to be done; nothing where all is there.

    Args:
        needs: what an experiment asks for.
        environment: this machine.
        root: where the system's files are.
    """
    return tuple(_each(needs, environment, root))


def _each(needs: Needs, environment: Environment, root: Path) -> Iterator[str]:
    cores = len(environment.usable_cores) or environment.cores
    if cores < needs.cores:
        yield f"it needs {needs.cores} cores, and {cores} can be used here"
    if needs.python is not None and sys.version_info < _version(needs.python):
        here = f"{sys.version_info.major}.{sys.version_info.minor}"
        yield f"it needs Python {needs.python} or newer, and this is {here}"
    if needs.ptrace and not may_trace(root):
        yield (
            "it looks into another process (ptrace), which is not allowed here: run as root, or "
            "with the capability SYS_PTRACE"
        )
    for command in needs.commands:
        if shutil.which(command) is None:
            yield f"it needs {command}, which is not on the PATH"


def may_trace(root: Path = ROOT) -> bool:
    """Tell whether this process may look into processes that it didn't start itself.

    Where the kernel has Yama, a mode of 0 lets anybody look into their own processes; otherwise it
    takes the capability. A sandbox may still refuse it, which only the attempt tells.
    """
    if has_capability(read_system_file(root / "proc/self/status") or "", _CAP_SYS_PTRACE):
        return True
    scope = read_system_file(root / "proc/sys/kernel/yama/ptrace_scope")
    return sys.platform == "linux" and scope in (None, "0")


def has_capability(status: str, bit: int) -> bool:
    r"""Tell whether `/proc/PID/status` lists a capability as effective.

    >>> has_capability("CapEff:\t0000000000080000", 19), has_capability("CapEff:\t0", 19)
    (True, False)
    """
    masks = (line.split()[1] for line in status.splitlines() if line.startswith("CapEff:"))
    return any(int(mask, 16) >> bit & 1 for mask in masks)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))
