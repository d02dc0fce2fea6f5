"""Who reads only the beginning of what is printed doesn't change how a run went."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXPERIMENT = """
title = "Nobody is there"
window = "1s"
repetitions = 1
variants.mine = { command = ["{python}", "-c", "raise SystemExit(9)"], ready_timeout = "5s" }
load = { users = [1] }
[[flow]]
path = "/"
"""


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_failed_run_fails_although_nobody_reads_its_tables(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    (tmp_path / "gone.toml").write_text(EXPERIMENT)
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "bench", "run", "./gone.toml", *options],
            cwd=tmp_path,
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(writer)
    assert done.returncode == 4
    assert "error:" in done.stderr
    assert "Results:" in done.stderr
