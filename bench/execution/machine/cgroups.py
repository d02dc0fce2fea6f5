"""The control groups that this process is in, v1 and v2, and what they allow it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from bench.execution.machine.system_files import ROOT, read_system_file, read_system_number

Controller = Literal["cpu", "memory", "pids"]

_NO_LIMIT_BYTES = 1 << 60
"""cgroup v1 writes "no limit" as the greatest multiple of a page; no machine has that much."""


@dataclass(frozen=True)
class ControlGroup:
    """The group of one controller, as the folders that may limit us: the innermost first."""

    version: Literal[1, 2]
    folders: tuple[Path, ...]


def find_control_group(controller: Controller, root: Path = ROOT) -> ControlGroup | None:
    """Return this process's own group under a controller, with all groups around it that show."""
    groups = parse_own_groups(read_system_file(root / "proc/self/cgroup") or "")
    mounts = parse_cgroup_mounts(read_system_file(root / "proc/self/mountinfo") or "")
    name: str = controller if controller in groups and controller in mounts else ""
    if name not in groups or name not in mounts:
        return None
    folders = _folders_upwards(groups[name], mounts[name], root)
    return ControlGroup(1 if name else 2, folders)


def parse_own_groups(text: str) -> dict[str, PurePosixPath]:
    r"""Read `/proc/self/cgroup`: the group's path by controller, cgroup v2 under the name "".

    >>> parse_own_groups("4:cpu,cpuacct:/a\n0::/b")
    {'cpu': PurePosixPath('/a'), 'cpuacct': PurePosixPath('/a'), '': PurePosixPath('/b')}
    """
    groups = {}
    for line in text.splitlines():
        number, _, rest = line.partition(":")
        controllers, found, path = rest.partition(":")
        if found and number.isdigit():
            groups.update({name: PurePosixPath(path) for name in controllers.split(",")})
    return groups


def parse_cgroup_mounts(text: str) -> dict[str, tuple[PurePosixPath, PurePosixPath]]:
    """Read `/proc/self/mountinfo`: by controller the group at the mount's top, and its folder.

    >>> parse_cgroup_mounts("31 24 0:29 /a /sys/fs/cgroup rw - cgroup2 cgroup2 rw")
    {'': (PurePosixPath('/a'), PurePosixPath('/sys/fs/cgroup'))}
    """
    mounts = {}
    for line in text.splitlines():
        place, _, system = line.partition(" - ")
        fields, kind = place.split(), system.split()
        if len(fields) < 5 or len(kind) < 3 or kind[0] not in ("cgroup", "cgroup2"):
            continue
        top = (PurePosixPath(fields[3]), PurePosixPath(fields[4]))
        names = [""] if kind[0] == "cgroup2" else kind[2].split(",")
        mounts.update(dict.fromkeys(names, top))
    return mounts


def _folders_upwards(
    group: PurePosixPath, mount: tuple[PurePosixPath, PurePosixPath], root: Path
) -> tuple[Path, ...]:
    """List the folders from the group up to the mount's top.

    A container often sees its own group as the top while the path still starts at the host's
    root, or the other way about; then the mount's top is the best that is known.
    """
    top, mounted_at = mount
    inside = group.relative_to(top) if group.is_relative_to(top) else PurePosixPath()
    if ".." in inside.parts:  # a group beside the namespace's own top is not to be seen
        inside = PurePosixPath()
    base = root / mounted_at.relative_to("/")
    steps = [inside, *inside.parents] if inside.parts else [inside]
    return tuple(base / step for step in steps)


def read_cpu_quota(group: ControlGroup | None) -> float | None:
    """Return how many cores the tightest quota allows; None where none does."""
    if group is None:
        return None
    read = _quota_v2 if group.version == 2 else _quota_v1
    return _least(read(folder) for folder in group.folders)


def _quota_v2(folder: Path) -> float | None:
    fields = (read_system_file(folder / "cpu.max") or "").split()
    if len(fields) != 2 or not all(field.isdigit() for field in fields) or int(fields[1]) == 0:
        return None
    return int(fields[0]) / int(fields[1])


def _quota_v1(folder: Path) -> float | None:
    quota_us = read_system_number(folder / "cpu.cfs_quota_us")
    period_us = read_system_number(folder / "cpu.cfs_period_us")
    if quota_us is None or quota_us <= 0 or not period_us:
        return None
    return quota_us / period_us


def read_memory_limit_bytes(group: ControlGroup | None) -> int | None:
    """Return the tightest memory limit; None where there is none."""
    if group is None:
        return None
    name = "memory.max" if group.version == 2 else "memory.limit_in_bytes"
    limit = _least(read_system_number(folder / name) for folder in group.folders)
    return None if limit is None or limit >= _NO_LIMIT_BYTES else int(limit)


def read_process_limit(group: ControlGroup | None) -> int | None:
    """Return how many processes and threads the tightest limit allows; None: no limit."""
    if group is None:
        return None
    limit = _least(read_system_number(folder / "pids.max") for folder in group.folders)
    return None if limit is None else int(limit)


def read_throttled_s(group: ControlGroup | None) -> float | None:
    """Return for how long quotas held the group back, summed over the groups around it.

    Each group counts the times at which its own quota was spent, and not those of the groups
    around it, so the sum is the whole. None where no group tells.
    """
    if group is None:
        return None
    texts = (read_system_file(folder / "cpu.stat") for folder in group.folders)
    told = [s for s in (parse_throttled_s(text) for text in texts if text) if s is not None]
    return sum(told) if told else None


def parse_throttled_s(text: str) -> float | None:
    r"""Read the time held back from a `cpu.stat` of cgroup v1 (in ns) or v2 (in µs).

    >>> parse_throttled_s("nr_throttled 2\nthrottled_time 1500000000")
    1.5
    >>> parse_throttled_s("nr_throttled 2\nthrottled_usec 2500000")
    2.5
    """
    fields = dict(line.split(maxsplit=1) for line in text.splitlines() if " " in line)
    for name, per_second in (("throttled_usec", 1e6), ("throttled_time", 1e9)):
        if fields.get(name, "").isdigit():
            return int(fields[name]) / per_second
    return None


def _least(values: Iterable[float | None]) -> float | None:
    return min((value for value in values if value is not None), default=None)
