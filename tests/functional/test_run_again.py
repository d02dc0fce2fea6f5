"""`bench run --again`: a trial that something disturbed is measured anew."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.storage.reading_runs import list_runs, read_run

Bench = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[[str, str], Path]

EXPERIMENT = """
title = "Is it steady?"
ready = "/"
repetitions = 1
window = "2s"
[variants.mine]
app = "tiring:app"
server = { name = "uvicorn" }
[[flow]]
path = "/"
[load]
users = [8]
"""

TIRING = """
import asyncio
import time
from pathlib import Path

STARTS = Path(__file__).with_name("starts")
STARTS.write_text(STARTS.read_text() + "x" if STARTS.exists() else "x")
TIRES = len(STARTS.read_text()) <= {tired}
BEGAN_AT_S = time.monotonic()


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    age_s = time.monotonic() - BEGAN_AT_S
    await asyncio.sleep(0.0005 * age_s**2 if TIRES else 0.01)
    await send({{"type": "http.response.start", "status": 200, "headers": []}})
    await send({{"type": "http.response.body", "body": b"ok"}})
"""
"""Gets slower and slower in the first trials, and is steady in those after them."""


@pytest.mark.parametrize(("tired", "again", "counts"), [(1, 3, True), (9, 1, False)])
def test_a_disturbed_trial_is_measured_again_until_it_counts_or_as_often_as_was_asked_for(
    bench: Bench, write: Write, tmp_path: Path, tired: int, again: int, counts: bool
) -> None:
    write("tiring.py", TIRING.format(tired=tired))
    write("steady.toml", EXPERIMENT)

    done = bench("run", "steady.toml", "--again", str(again))

    (run,) = (read_run(path) for path in list_runs(tmp_path / "results"))
    assert done.returncode == (0 if counts else 3), done.stderr
    (record,) = run.trials
    assert record.steps[0].valid is counts
    attempts = len((tmp_path / "starts").read_text())
    # A busy machine may disturb one that would have been steady.
    assert tired < attempts <= again + 1 if counts else attempts == again + 1
    assert len(list((run.path / "set-aside").iterdir())) == attempts - 1
    told = [
        line.split("measured again: ")[1] for line in done.stderr.splitlines() if "again: " in line
    ]
    assert [code.strip() for code in told] == list(record.set_aside)
    assert len(told) == attempts - 1


def test_without_it_a_trial_is_measured_once(bench: Bench, write: Write, tmp_path: Path) -> None:
    write("tiring.py", TIRING.format(tired=9))
    write("steady.toml", EXPERIMENT)

    assert bench("run", "steady.toml").returncode == 3

    (run,) = (read_run(path) for path in list_runs(tmp_path / "results"))
    assert not (run.path / "set-aside").exists()
    assert run.trials[0].set_aside == ()
