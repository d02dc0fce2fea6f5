"""A service with idle tasks tells how many there are, and what the collector leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from bench.model.reading import Observation
from bench.model.variant import Uvicorn, Variant

StartTarget = Callable[[Variant, dict[str, str]], AbstractContextManager[int]]
SERVICE = Variant(
    app="targets.idle_tasks.service:app",
    server=Uvicorn(name="uvicorn", loop="asyncio", http="httptools"),
    ready="/ping",
)


@pytest.mark.parametrize(("freeze", "least", "most"), [("1", 1000, 1_000_000), ("0", 0, 0)])
def test_tasks_are_frozen_where_they_are_to_be(
    tmp_path: Path, start_target: StartTarget, freeze: str, least: int, most: int
) -> None:
    path = tmp_path / "observations.jsonl"
    env = {"IDLE": "300", "FREEZE": freeze, "PAIRBENCH_OBSERVATIONS": str(path)}
    with start_target(SERVICE, env):
        pass
    seen = [Observation.model_validate_json(line) for line in path.read_text().splitlines()]
    told = {one.name: one.value for one in seen}
    assert told["tasks"] >= 300
    assert least <= told["frozen"] <= most
