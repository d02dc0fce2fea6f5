"""Percentiles agree with what the target itself stamped, computed by another route.

The open model is looked at on the way: its schedule, and its bystander in rows of its own.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from bench.model.run import RunDocument
from bench.model.summary import StepRow
from bench.storage.reading_runs import list_runs, read_run

Bench = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[[str, str], Path]

TRANSPORT_S = 0.005
"""Sockets, wake-ups of both sides and their turn for a core lie between the two pairs of stamps."""

EDGE_REQUESTS = 4
"""One per user may be on its way at an edge of the window, sent before and read after it."""

EXPERIMENT = """
title = "Are the percentiles right?"
repetitions = 1
flow = [{ path = "/" }]
same = { tasks = 1 }

[variants.mine]
app = "stamping:app"
server = { name = "uvicorn" }
ready = "/ready"
env = { STAMPS = "{folder}/stamps.txt" }

[load]
"""

STAMPING_SERVICE = """
import asyncio
import itertools
import os
import time

BANDS_S = (0.05, 0.12, 0.2, 0.05, 0.12, 0.12, 0.2, 0.05, 0.12, 0.2)
numbers = itertools.count()
stamps = open(os.environ["STAMPS"], "w", buffering=1)


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    began_s = time.monotonic()
    if scope["path"] == "/":
        number = next(numbers)
        # no two waits alike, and the quantiles asked for well inside of a band
        await asyncio.sleep(BANDS_S[number % 10] + 0.01 * (number * 0.618 % 1))
    length = (b"content-length", b"2")
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": b"ok"})
    if scope["path"] == "/":
        stamps.write(f"{began_s!r} {time.monotonic()!r}\\n")
"""


def test_percentiles_of_the_closed_model_agree_with_the_targets_own_stamps(
    bench: Bench, write: Write, tmp_path: Path
) -> None:
    row, others = measure(bench, write, "users = [4]")
    agrees(row, stamped_in_window(tmp_path))
    assert row.p99_s == row.service_p99_s
    assert {other.name for other in others} == {"GET /"}


def test_percentiles_of_the_open_model_agree_and_its_bystander_stands_apart(
    bench: Bench, write: Write, tmp_path: Path
) -> None:
    ladder = 'rate = [30]\nbystander = { rate = 20, path = "/light" }'
    row, others = measure(bench, write, ladder)
    agrees(row, stamped_in_window(tmp_path))
    assert row.load.model_dump() == {"rate": 30.0}
    assert row.requests == 3 * 30
    assert None not in (row.late, row.dropped)
    (bystander,) = [other for other in others if other.group == "bystander"]
    assert bystander.name == "GET /light"
    assert bystander.requests == 3 * 20
    assert row.bystander_p99_s == bystander.p99_s is not None


def measure(bench: Bench, write: Write, ladder: str) -> tuple[StepRow, list[StepRow]]:
    """Measure the stamping service; return the row of all requests, and the others."""
    write("stamped.toml", EXPERIMENT + ladder)
    write("stamping.py", STAMPING_SERVICE)
    done = bench("run", "stamped.toml", "--duration", "3s", "--json")
    assert done.returncode == 0, done.stderr
    steps = RunDocument.model_validate_json(done.stdout).steps
    (row,) = [step for step in steps if step.name is None]
    return row, [step for step in steps if step.name is not None]


def stamped_in_window(tmp_path: Path) -> npt.NDArray[np.float64]:
    """Return the service times that the target saw, of requests that came in the window."""
    (path,) = list_runs(tmp_path / "results")
    times = read_run(path).trials[0].steps[0].step.times
    assert times is not None
    began_s, ended_s = np.loadtxt(tmp_path / "stamps.txt").T
    inside = (times.opens_at_s <= began_s) & (began_s < times.closes_at_s)
    return np.asarray(ended_s - began_s)[inside]


def agrees(row: StepRow, stamped_s: npt.NDArray[np.float64]) -> None:
    assert row.requests == pytest.approx(len(stamped_s), abs=EDGE_REQUESTS)
    for quantile, told_s in ((0.5, row.service_p50_s), (0.99, row.service_p99_s)):
        # the definition that a histogram of counts has: the least value with so many at or below
        seen_s = float(np.quantile(stamped_s, quantile, method="inverted_cdf"))
        tolerance_s = max(0.01 * seen_s, 0.001)
        assert told_s is not None
        assert seen_s - tolerance_s <= told_s <= seen_s + tolerance_s + TRANSPORT_S
