from __future__ import annotations

from pathlib import Path

import pytest

from bench.execution.machine.cgroups import (
    find_control_group,
    parse_cgroup_mounts,
    parse_own_groups,
    parse_throttled_s,
    read_cpu_quota,
    read_memory_limit_bytes,
    read_process_limit,
    read_throttled_s,
)

V2_MOUNT = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate"
V1_MOUNTS = """\
31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct
36 31 0:33 / /sys/fs/cgroup/memory rw,nosuid - cgroup cgroup rw,memory
40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw"""


def system(root: Path, *, cgroup: str, mounts: str) -> None:
    texts = {"proc/self/cgroup": cgroup, "proc/self/mountinfo": mounts}
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / "sys/fs/cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")


def test_a_v2_quota_counts_cores(tmp_path: Path) -> None:
    system(tmp_path, cgroup="0::/ci/job", mounts=V2_MOUNT)
    write(tmp_path, {"ci/job/cpu.max": "150000 100000", "ci/job/memory.max": "1048576"})

    assert read_cpu_quota(find_control_group("cpu", tmp_path)) == 1.5
    assert read_memory_limit_bytes(find_control_group("memory", tmp_path)) == 1_048_576


def test_the_tightest_limit_on_the_way_up_counts(tmp_path: Path) -> None:
    system(tmp_path, cgroup="0::/ci/job", mounts=V2_MOUNT)
    write(tmp_path, {"ci/job/cpu.max": "max 100000", "ci/cpu.max": "200000 100000"})
    write(tmp_path, {"ci/job/memory.max": "max", "ci/memory.max": "4096"})
    write(tmp_path, {"ci/job/pids.max": "500", "ci/pids.max": "max"})

    assert read_cpu_quota(find_control_group("cpu", tmp_path)) == 2.0
    assert read_memory_limit_bytes(find_control_group("memory", tmp_path)) == 4096
    assert read_process_limit(find_control_group("pids", tmp_path)) == 500


def test_v1_quotas_and_limits_are_read_from_each_controllers_own_group(tmp_path: Path) -> None:
    groups = "4:memory:/m\n1:cpu,cpuacct:/c\n9:name=systemd:/\n0::/"
    system(tmp_path, cgroup=groups, mounts=V1_MOUNTS)
    cpu = "cpu,cpuacct/c"
    write(tmp_path, {f"{cpu}/cpu.cfs_quota_us": "50000", f"{cpu}/cpu.cfs_period_us": "100000"})
    write(tmp_path, {"memory/m/memory.limit_in_bytes": "2147483648"})

    assert read_cpu_quota(find_control_group("cpu", tmp_path)) == 0.5
    assert read_memory_limit_bytes(find_control_group("memory", tmp_path)) == 2_147_483_648


def test_what_v1_writes_for_no_limit_is_no_limit(tmp_path: Path) -> None:
    system(tmp_path, cgroup="4:memory:/\n1:cpu,cpuacct:/\n0::/", mounts=V1_MOUNTS)
    cpu = "cpu,cpuacct"
    write(tmp_path, {f"{cpu}/cpu.cfs_quota_us": "-1", f"{cpu}/cpu.cfs_period_us": "100000"})
    write(tmp_path, {"memory/memory.limit_in_bytes": "9223372036854771712"})

    assert read_cpu_quota(find_control_group("cpu", tmp_path)) is None
    assert read_memory_limit_bytes(find_control_group("memory", tmp_path)) is None


def test_a_container_that_shows_the_hosts_path_is_read_at_the_mounts_top(tmp_path: Path) -> None:
    mounts = "30 23 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw"
    system(tmp_path, cgroup="0::/docker/abc", mounts=mounts)
    write(tmp_path, {"cpu.max": "100000 100000"})

    assert read_cpu_quota(find_control_group("cpu", tmp_path)) == 1.0


@pytest.mark.parametrize("path", ["/../other", "/elsewhere"])
def test_a_group_outside_the_mount_is_read_at_the_mounts_top(tmp_path: Path, path: str) -> None:
    mounts = "30 23 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw"
    system(tmp_path, cgroup=f"0::{path}", mounts=mounts)

    group = find_control_group("cpu", tmp_path)

    assert group is not None
    assert group.folders == (tmp_path / "sys/fs/cgroup",)


def test_times_held_back_are_summed_over_the_groups_around(tmp_path: Path) -> None:
    system(tmp_path, cgroup="0::/ci/job", mounts=V2_MOUNT)
    write(tmp_path, {"ci/job/cpu.stat": "usage_usec 9\nthrottled_usec 500000"})
    write(tmp_path, {"ci/cpu.stat": "throttled_usec 250000", "cpu.stat": "usage_usec 9"})

    assert read_throttled_s(find_control_group("cpu", tmp_path)) == 0.75


def test_a_system_without_cgroups_has_no_limits(tmp_path: Path) -> None:
    group = find_control_group("cpu", tmp_path)

    assert group is None
    assert read_cpu_quota(group) is None
    assert read_memory_limit_bytes(group) is None
    assert read_process_limit(group) is None
    assert read_throttled_s(group) is None


def test_groups_that_tell_nothing_limit_nothing(tmp_path: Path) -> None:
    system(tmp_path, cgroup="0::/", mounts=V2_MOUNT)
    write(tmp_path, {"cpu.max": "nonsense", "memory.max": "", "cpu.stat": "nr_periods 3"})
    group = find_control_group("cpu", tmp_path)

    assert read_cpu_quota(group) is None
    assert read_memory_limit_bytes(group) is None
    assert read_throttled_s(group) is None


@pytest.mark.parametrize("text", ["", "nonsense", "x:y", "1 2 3 - cgroup", "::"])
def test_texts_that_are_no_cgroup_files_hold_nothing(text: str) -> None:
    assert parse_own_groups(text) == {}
    assert parse_cgroup_mounts(text) == {}
    assert parse_throttled_s(text) is None
