from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.reporting.run_header import build_run_header

Build = Callable[..., Any]


def test_the_header_says_what_the_numbers_belong_to(make_run: Build) -> None:
    assert build_run_header(make_run().record) == (
        ("run", "20250101T000000-core"),
        ("started", "2025-01-01T00:00:00Z"),
        ("machine", "Test CPU, 2 cores, 8.0 GiB"),
        ("system", "Linux, kernel 6.1"),
        ("Python", "3.11.9"),
        ("generator", "not calibrated: bench calibrate"),
        ("pinning", "auto"),
        ("preset", "quick"),
        ("seed", "42"),
        ("repetitions", "2"),
        ("pairbench", "0.1.0"),
        ("commit", "unknown"),
    )


def test_what_limits_the_machine_is_said(
    make_run: Build, make_environment: Build, make_plan: Build, make_experiment: Build
) -> None:
    experiments = (make_experiment("a"), make_experiment("b", repetitions=7))
    machine = make_environment(usable_cores=(0,), cgroup_cpu_quota=1.5, hypervisor=True)
    record = make_run(
        environment=machine,
        git_commit="abc",
        git_dirty=True,
        plan=make_plan(pin="none", preset=None, experiments=experiments),
    ).record
    facts = dict(build_run_header(record))
    assert facts["machine"] == "Test CPU, 2 cores (1 usable), quota 1.5 cores, 8.0 GiB, virtual"
    assert facts["commit"] == "abc with changes"
    assert facts["pinning"] == "off"
    assert facts["preset"] == "none"
    assert facts["repetitions"] == "a 2, b 7"
