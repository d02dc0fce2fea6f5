from __future__ import annotations

from pathlib import Path

import pytest

from bench.execution.machine.environment import (
    differing_identity,
    parse_chosen,
    parse_port_range,
    read_environment,
)
from bench.execution.machine.fingerprint import fingerprint


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")


def test_a_linux_machine_tells_about_itself(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "proc/cpuinfo": "model name\t: Fast 9000\nflags\t: fpu hypervisor",
            "proc/stat": "cpu 100 0 100 700 0 0 0 100 0 0",
            "proc/sys/kernel/sched_autogroup_enabled": "0",
            "proc/sys/net/ipv4/ip_local_port_range": "1024\t65535",
            "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "performance",
            "sys/kernel/mm/transparent_hugepage/enabled": "[always] madvise never",
        },
    )

    environment = read_environment(tmp_path)

    assert environment.cpu_model == environment.identity["cpu_model"] == "Fast 9000"
    assert environment.hypervisor is True
    assert environment.steal_ratio == pytest.approx(0.1)
    assert environment.sched_autogroup is False
    assert environment.ephemeral_ports == 64512
    assert environment.governor == "performance"
    assert environment.transparent_huge_pages == "always"


def test_a_system_that_tells_nothing_is_read_all_the_same(tmp_path: Path) -> None:
    environment = read_environment(tmp_path)

    assert environment.governor is None
    assert environment.hypervisor is None
    assert environment.cgroup_cpu_quota is None
    assert environment.steal_ratio is None
    assert environment.cpu_model
    assert {"pss", "context-switches", "steal", "swap", "cgroup"} <= set(environment.missing)


def test_a_virtual_machine_whose_cpu_is_silent_is_known_by_its_hypervisor(tmp_path: Path) -> None:
    write(tmp_path, {"sys/hypervisor/type": "xen"})

    assert read_environment(tmp_path).hypervisor is True


def test_this_machine_has_an_environment() -> None:
    environment = read_environment()

    assert environment.fingerprint == fingerprint(environment.identity)
    assert len(environment.usable_cores) <= environment.cores
    assert environment.memory_bytes > 0
    assert environment.open_files_limit > 0
    assert {"pairbench", "locust", "starlette", "uvloop"} <= environment.packages.keys()


def test_reading_twice_gives_the_same_fingerprint() -> None:
    assert read_environment().fingerprint == read_environment().fingerprint


def test_equal_identities_do_not_differ() -> None:
    environment = read_environment()

    assert differing_identity(environment, environment) == {}


def test_what_differs_is_named_with_both_values() -> None:
    here = read_environment()
    there = here.model_copy(update={"identity": {**here.identity, "cores": "64", "rack": "7"}})

    differing = differing_identity(here, there)

    assert differing == {"cores": (here.identity["cores"], "64"), "rack": ("unknown", "7")}


@pytest.mark.parametrize("text", ["", "32768", "a b", "1 2 3"])
def test_what_is_no_port_range_counts_no_ports(text: str) -> None:
    assert parse_port_range(text) is None


def test_without_brackets_nothing_is_chosen() -> None:
    assert parse_chosen("always madvise never") is None
