"""Who stops to read how a run goes changes nothing of it, nor of its exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bench.storage.reading_runs import list_runs, read_run

EXPERIMENT = """
title = "Does it answer?"
window = "1s"
repetitions = 1
thresholds = ["error_ratio < 1%"]
variants.mine = { command = ["{python}", "-m", "http.server", "{port}"], ready = "/" }
flow = [{ path = "/missing" }]
load = { users = [1] }
"""


def test_a_run_goes_on_and_is_judged_when_nobody_reads_its_progress(
    bench: Callable[..., subprocess.CompletedProcess[str]],
    write: Callable[[str, str], Path],
    tmp_path: Path,
) -> None:
    write("quick.toml", EXPERIMENT)
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "bench", "run", "quick.toml", "--check", "--no-report"],
        cwd=tmp_path,
        stdout=writing,
        stderr=writing,
        timeout=60,
        check=False,
    )
    os.close(writing)
    (path,) = list_runs(tmp_path / "results")
    assert read_run(path).unfinished == ()
    # 1, as all requests fail; on a machine that others use the step may not count, which is 3
    assert done.returncode in (1, 3)
    assert done.returncode == bench("report", "latest", "--check").returncode
