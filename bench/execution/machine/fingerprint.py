"""The identity of a machine and its interpreter, and the fingerprint that stands for it."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bench.execution.machine.system_files import ROOT, read_system_file

_GIBIBYTE: Final = 1 << 30
_DIGITS: Final = 16
UNKNOWN: Final = "unknown"


def describe_identity(
    *, cpu_model: str, cores: int, memory_bytes: int, root: Path = ROOT
) -> dict[str, str]:
    """Name what makes this machine and its interpreter this one.

    Machine id and host name are hashed: runs are published, and only equality is asked of them.
    Memory is rounded, since what a kernel leaves of it differs a little from boot to boot.
    """
    return {
        "machine_id": _hashed(_machine_id(root)),
        "host_name": _hashed(platform.node()),
        "cpu_model": cpu_model,
        "cores": str(cores),
        "memory_gib": str(round(memory_bytes / _GIBIBYTE)),
        "architecture": platform.machine(),
        "kernel": platform.release(),
        "python": describe_python(),
    }


def describe_python() -> str:
    """Return implementation and version, such as `CPython 3.12.4`."""
    return f"{platform.python_implementation()} {platform.python_version()}"


def fingerprint(identity: Mapping[str, str]) -> str:
    """Hash an identity, whatever the order of its parts."""
    canonical = json.dumps(dict(identity), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:_DIGITS]


def _machine_id(root: Path) -> str | None:
    files = ("etc/machine-id", "var/lib/dbus/machine-id")
    return next((text for name in files if (text := read_system_file(root / name))), None)


def _hashed(text: str | None) -> str:
    """Hash with a word of our own, so that the hash is of no use to find the id elsewhere."""
    if not text:
        return UNKNOWN
    return hashlib.sha256(f"pairbench:{text}".encode()).hexdigest()[:_DIGITS]
