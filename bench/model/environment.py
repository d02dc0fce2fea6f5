"""The environment of a run: the machine and the software that its numbers belong to."""

from __future__ import annotations

from bench.model.record import Record


class Environment(Record):
    """What a number depends on beside the code; `fingerprint` stands for the machine."""

    fingerprint: str
    """Hash of `identity`: two runs may be joined only where it is equal."""
    identity: dict[str, str]
    """What makes this machine and its interpreter this one, by name."""
    system: str
    kernel: str
    cpu_model: str
    cores: int
    usable_cores: tuple[int, ...]
    memory_bytes: int
    governor: str | None
    hypervisor: bool | None
    cgroup_cpu_quota: float | None
    """Cores that the cgroup's quota allows; None: no limit."""
    cgroup_memory_bytes: int | None
    open_files_limit: int
    processes_limit: int | None
    ephemeral_ports: int | None
    stack_limit_bytes: int | None
    sched_autogroup: bool | None
    transparent_huge_pages: str | None
    steal_ratio: float | None
    """Share of CPU time stolen since boot, at the start of the run."""
    load_1min: float | None
    python: str
    packages: dict[str, str]
    missing: tuple[str, ...]
    """What this system cannot tell or do, such as `pinning` or `pss`."""
