"""However a calibration ends, nothing of it is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

_PATIENCE_S = 60.0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_calibration_leaves_nothing(number: int, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "bench", "calibrate", "--duration", "30s"],
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    seen: set[psutil.Process] = set()
    _wait(lambda: bool(list(scratch.glob("*/001-*/slices.jsonl"))))
    seen |= set(psutil.Process(process.pid).children(recursive=True))
    assert len(seen) >= 3  # supervisor, null target, generator
    process.send_signal(number)
    _, said = process.communicate(timeout=_PATIENCE_S)
    if number == signal.SIGINT:
        assert process.returncode == 130
        assert "Traceback" not in said
        assert said.endswith("Interrupted: nothing is kept.\n")
    _wait(lambda: not any(each.is_running() for each in seen))
    _wait(lambda: not list(scratch.iterdir()))
    assert not (tmp_path / "results").exists()


def _wait(condition: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline_s, "it did not come to that in time"
        time.sleep(0.05)
