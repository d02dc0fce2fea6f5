"""`bench profile`: py-spy looks into a target under load, and finds what holds its loop."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.execution.machine.needs import may_trace

Bench = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[[str, str], Path]

EXPERIMENT = """
title = "What holds the loop?"
root = "."
ready = "/ready"
[variants.blocking]
app = "blocking:app"
server = { name = "uvicorn" }
baseline = true
[variants.elsewhere]
url = "http://127.0.0.1:9"
[strata]
pause_ms = [20, 40]
[[flow]]
path = "/"
[load]
users = [1, 4]
"""

SERVICE = """
import os, time

PAUSE_S = float(os.environ["STRATUM_PAUSE_MS"]) / 1000

def hold_the_loop():
    time.sleep(PAUSE_S)

async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    if scope["path"] != "/ready":
        hold_the_loop()
    headers = [(b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})
"""


@pytest.fixture
def blocking(write: Write) -> None:
    write("holding.toml", EXPERIMENT)
    write("blocking.py", SERVICE)


@pytest.mark.usefixtures("blocking")
@pytest.mark.skipif(not may_trace(), reason="processes may not be looked into here")
def test_the_function_that_holds_the_loop_comes_first(bench: Bench, tmp_path: Path) -> None:
    done = bench("profile", "./holding.toml/blocking", "--idle", "--dump", "--seconds", "2")

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    rule = max(number for number, line in enumerate(lines) if line.startswith("──"))
    assert lines[rule + 1].startswith("hold_the_loop")
    assert "MainThread" in done.stdout
    assert "late at" in done.stdout
    (graph,) = (tmp_path / "results").glob("*/profile/flamegraph.svg")
    assert "<svg" in graph.read_text()
    (run,) = (tmp_path / "results").iterdir()
    report = bench("report", run.name)
    assert report.returncode == 0
    assert "4 users" in report.stdout


@pytest.mark.usefixtures("blocking")
def test_what_is_no_target_of_ours_is_refused(bench: Bench) -> None:
    for target, words in (
        ("./holding.toml/elsewhere", "none of our processes"),
        ("./holding.toml/other", "other"),
        ("holding", "names no target"),
    ):
        done = bench("profile", target)
        assert done.returncode == 2
        assert words in done.stderr
