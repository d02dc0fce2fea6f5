"""The knee of a target of known capacity: ten requests at a time, 50 ms each, 200 a second."""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest

from bench.model.run import RunDocument, StoredRun
from bench.storage.reading_runs import list_runs, read_run

Bench = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[[str, str], Path]

CAPACITY_PER_S = 200.0

TARGET = """
import asyncio

slots = asyncio.Semaphore(10)


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    async with slots:
        await asyncio.sleep(0.05)
    length = (b"content-length", b"2")
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": b"ok"})
"""

EXPERIMENT = """
title = "How much does it withstand?"
window = "4s"
repetitions = 1
flow = [{ path = "/" }]

[load]
search = ["p99 < 250ms", "error_ratio < 0.1%"]
search_from = 150
search_to = 300

[variants.slots]
app = "slots:app"
server = { name = "uvicorn" }
"""


@pytest.fixture
def find_knee(bench: Bench, write: Write, tmp_path: Path) -> Callable[[], StoredRun]:
    """Return what runs the search once."""
    write("slots.py", TARGET)
    write("knee.toml", EXPERIMENT)

    def run() -> StoredRun:
        done = bench("run", "./knee.toml", "--seed", "7")
        assert done.returncode == 0, done.stderr
        return read_run(list_runs(tmp_path / "results")[-1])

    return run


@pytest.mark.slow
def test_the_knee_is_found_within_five_percent(
    find_knee: Callable[[], StoredRun], bench: Bench
) -> None:
    run = find_knee()
    if not _is_near(run):  # the machine is shared: one more chance, as in the search itself
        run = find_knee()
    assert _is_near(run)
    (record,) = run.trials
    knee = record.trial.knee
    assert knee is not None
    assert knee.end == "found"
    assert len(record.steps) == len(knee.attempts)
    document = RunDocument.model_validate_json(bench("report", "latest", "--format", "json").stdout)
    (estimate,) = document.knees
    assert (estimate.rate_per_s, estimate.n) == (knee.holds_per_s, 1)
    lines = bench("report", "latest", "--format", "csv", "--knees").stdout
    (line,) = csv.DictReader(StringIO(lines))
    assert float(line["rate_per_s"]) == knee.holds_per_s
    assert line["conditions"] == "p99 < 250ms; error_ratio < 0.1%"
    assert "Knee" in bench("report", "latest", "--format", "md").stdout


def _is_near(run: StoredRun) -> bool:
    (record,) = run.trials
    found_per_s = record.trial.knee.holds_per_s if record.trial.knee else None
    return found_per_s is not None and abs(found_per_s / CAPACITY_PER_S - 1) <= 0.05
