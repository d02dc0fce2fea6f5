"""What a process tells of its own context switches and system time adds up."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest

from bench.model.reading import Observation
from targets.own_switches import count_own_switches


async def switch(work_s: float) -> None:
    async with count_own_switches():
        await asyncio.sleep(work_s / 2)
        ends_at_s = time.monotonic() + work_s
        while time.monotonic() < ends_at_s:
            os.stat("/")  # noqa: PTH116 - a system call, and little else
        await asyncio.sleep(1.0)


def test_switches_are_those_of_either_kind_and_a_share_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "observations.jsonl"
    monkeypatch.setenv("PAIRBENCH_OBSERVATIONS", str(path))
    asyncio.run(switch(0.6))
    seen = [Observation.model_validate_json(line) for line in path.read_text().splitlines()]
    looks: dict[float, dict[str, float]] = {one.t_s: {} for one in seen}
    for one in seen:
        looks[one.t_s][one.name] = one.value
    *_, last = looks.values()
    assert last["own_switches"] == last["own_voluntary"] + last["own_involuntary"]
    assert last["own_voluntary"] > 0
    assert 0.05 < last["own_system_share"] < 1.0
