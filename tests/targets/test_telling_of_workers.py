"""The variants of `pool-crossover` tell how soon the first task was done, and a worker's memory."""

from __future__ import annotations

import asyncio
import os
import tomllib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from bench.model.experiment import ExperimentFile
from bench.model.reading import Observation
from bench.model.variant import Variant
from targets.pool_crossover.telling import mean_rss, rss_bytes, seconds_until

StartTarget = Callable[[Variant, dict[str, str]], AbstractContextManager[int]]
FILE = Path(__file__).parents[2] / "scenarios" / "pool-crossover.toml"
VARIANTS = ExperimentFile.model_validate(tomllib.loads(FILE.read_text())).variants
MIB = 1024 * 1024


@pytest.mark.parametrize("name", VARIANTS)
def test_a_served_variant_tells_both(name: str, start_target: StartTarget, tmp_path: Path) -> None:
    path = tmp_path / "told.jsonl"
    env = {"STRATUM_LOOPS": "2000", "STRATUM_ARGUMENT_KIB": "1"}
    with start_target(VARIANTS[name], env | {"PAIRBENCH_OBSERVATIONS": str(path)}):
        pass
    lines = path.read_text().splitlines()
    told = {one.name: one for one in map(Observation.model_validate_json, lines)}
    assert told["start_up"].unit == "s"
    assert told["start_up"].value > 0
    assert told["worker_rss"].unit == "bytes"
    assert 5 * MIB < told["worker_rss"].value < 500 * MIB


def test_the_first_task_counts_from_its_call_to_its_end() -> None:
    assert asyncio.run(seconds_until(lambda: asyncio.sleep(0.05))) >= 0.05


def test_memory_is_what_the_kernel_says_elsewhere() -> None:
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    resident = int(status["VmRSS"].split()[0]) * 1024
    assert rss_bytes(os.getpid()) == pytest.approx(resident, rel=0.1)


def test_a_process_that_has_ended_weighs_nothing_and_does_not_count() -> None:
    pid = os.spawnlp(os.P_NOWAIT, "true", "true")
    os.waitpid(pid, 0)
    assert rss_bytes(pid) == 0
    assert mean_rss([pid]) == 0
    assert mean_rss([pid, os.getpid()]) > 5 * MIB
