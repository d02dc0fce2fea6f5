from __future__ import annotations

from typing import Any

import pytest

from bench.analysis.advising import advise
from bench.model.advice import Advice
from bench.model.environment import Environment


def advice(topic: str, **changes: Any) -> Advice | None:
    given: dict[str, Any] = {
        "fingerprint": "f",
        "identity": {},
        "system": "Linux",
        "kernel": "6",
        "cpu_model": "cpu",
        "cores": 4,
        "usable_cores": (0, 1, 2, 3),
        "memory_bytes": 1,
        "governor": None,
        "hypervisor": None,
        "cgroup_cpu_quota": None,
        "cgroup_memory_bytes": None,
        "open_files_limit": 20_000,
        "processes_limit": None,
        "ephemeral_ports": None,
        "stack_limit_bytes": None,
        "sched_autogroup": None,
        "transparent_huge_pages": None,
        "steal_ratio": None,
        "load_1min": 0.0,
        "python": "3.11",
        "packages": {},
        "missing": (),
    }
    environment = Environment.model_validate(given | changes)
    found = [each for each in advise(environment) if each.topic == topic]
    return found[0] if found else None


@pytest.mark.parametrize(
    ("topic", "changes", "state"),
    [
        ("cores", {"usable_cores": (3,)}, "bad"),
        ("cores", {"usable_cores": (0, 1)}, "fair"),
        ("cores", {}, "good"),
        ("open files", {"open_files_limit": 1024}, "fair"),
        ("open files", {}, "good"),
        ("load", {"load_1min": 3.0}, "fair"),
        ("load", {"load_1min": 0.1}, "good"),
        ("load", {"load_1min": None}, "good"),
        ("stolen", {"steal_ratio": 0.2}, "fair"),
        ("stolen", {"steal_ratio": 0.001}, "good"),
        ("governor", {"governor": "powersave"}, "fair"),
        ("governor", {"governor": "performance"}, "good"),
        ("quota", {"cgroup_cpu_quota": 1.5}, "bad"),
        ("quota", {"cgroup_cpu_quota": 8.0}, "good"),
        ("not on this system", {"missing": ("pinning",)}, "fair"),
    ],
)
def test_each_property_is_judged(topic: str, changes: dict[str, Any], state: str) -> None:
    found = advice(topic, **changes)
    assert found is not None
    assert found.state == state
    assert (state == "good") == (found.remedy == "")


@pytest.mark.parametrize("topic", ["stolen", "governor", "quota", "not on this system"])
def test_what_the_system_does_not_tell_is_not_judged(topic: str) -> None:
    assert advice(topic) is None
