"""The probe of event-loop lag reports what it saw, and only where it is asked to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from bench.model.reading import Observation
from bench.model.variant import Uvicorn, Variant
from targets.loop_lag import FLUSH_EVERY_S, watch_loop_lag

StartTarget = Callable[[Variant, dict[str, str]], AbstractContextManager[int]]


def observations(path: Path) -> list[Observation]:
    return [Observation.model_validate_json(line) for line in path.read_text().splitlines()]


async def stall(block_s: float, *, then_run_s: float = 0.05) -> None:
    async with watch_loop_lag():
        await asyncio.sleep(0.03)
        time.sleep(block_s)  # noqa: ASYNC251 - the stall that is to be seen
        await asyncio.sleep(then_run_s)


def test_a_blocked_loop_is_seen_as_lag_of_that_length(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "observations.jsonl"
    monkeypatch.setenv("PAIRBENCH_OBSERVATIONS", str(path))
    before_s = time.monotonic()
    asyncio.run(stall(0.2))
    seen = observations(path)
    assert {(one.name, one.unit) for one in seen} == {("loop_lag", "s")}
    assert max(one.value for one in seen) >= 0.18
    # twenty moments passed in the stall, and each counts: a percentile sees how much time it took
    assert sum(one.value >= 0.02 for one in seen) >= 15
    assert all(one.value >= 0 for one in seen)
    times = [before_s, *(one.t_s for one in seen), time.monotonic()]
    assert times == sorted(times)


def test_lags_reach_the_file_while_the_service_still_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "observations.jsonl"
    monkeypatch.setenv("PAIRBENCH_OBSERVATIONS", str(path))

    async def wait_for_lines() -> None:
        async with watch_loop_lag(), asyncio.timeout(10 * FLUSH_EVERY_S):
            while not path.exists():  # noqa: ASYNC110 - nothing tells when another's file appears
                await asyncio.sleep(0.02)

    asyncio.run(wait_for_lines())
    assert observations(path)


def test_what_others_wrote_into_the_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "observations.jsonl"
    path.write_text('{"t_s": 1.0, "name": "jobs_done", "value": 3, "unit": ""}\n')
    monkeypatch.setenv("PAIRBENCH_OBSERVATIONS", str(path))
    asyncio.run(stall(0.0))
    assert observations(path)[0].name == "jobs_done"
    assert len(observations(path)) > 1


def test_nothing_is_written_where_nobody_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PAIRBENCH_OBSERVATIONS", raising=False)
    monkeypatch.chdir(tmp_path)
    asyncio.run(stall(0.0))
    assert not list(tmp_path.iterdir())


def test_a_served_target_reports_its_lag_until_it_stops(
    tmp_path: Path, start_target: StartTarget
) -> None:
    path = tmp_path / "observations.jsonl"
    variant = Variant(
        app="targets.loop_stall.awaited_sleep:app", server=Uvicorn(name="uvicorn"), ready="/slow"
    )
    env = {"STRATUM_SLEEP_MS": "50", "PAIRBENCH_OBSERVATIONS": str(path)}
    with start_target(variant, env):
        pass
    assert {one.name for one in observations(path)} == {"loop_lag"}
