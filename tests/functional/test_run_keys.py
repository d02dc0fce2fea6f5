"""Keys that are pressed while a run goes on, on a terminal of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.execution.trials.controls import SKIPPED
from bench.storage.reading_runs import list_runs, read_run

Write = Callable[[str, str], Path]

ON_A_TERMINAL = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)"
SERVICE = """
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
async def root():
    return {}
"""
LONG = """
title = "How long is it?"
repetitions = 2
window = "60s"
ready = "/"
[variants.mine]
app = "service:app"
server = { name = "uvicorn" }
[[flow]]
path = "/"
[load]
users = [1, 2]
"""


class Terminal:
    """A run on a terminal, whose picture is read while keys are pressed."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._seen = b""
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        while data := os.read(self._process.stdout.fileno(), 65_536):
            with self._changed:
                self._seen += data
                self._changed.notify_all()

    def wait_for(self, text: str) -> None:
        """Wait until the picture has a text, and forget all up to there."""
        wanted = text.encode()
        with self._changed:
            found = self._changed.wait_for(lambda: wanted in self._seen, timeout=60)
            assert found, self._seen[-3000:].decode(errors="replace")
            self._seen = self._seen[self._seen.index(wanted) + len(wanted) :]

    def close(self) -> None:
        """Wait for the end of the process, and close its pipes."""
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()

    def press(self, key: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(key.encode())
        self._process.stdin.flush()


@pytest.fixture
def run_on_a_terminal(tmp_path: Path, write: Write) -> Callable[[], object]:
    @contextmanager
    def run() -> Iterator[tuple[Terminal, subprocess.Popen[bytes]]]:
        write("service.py", SERVICE)
        write("long.toml", LONG)
        command = [sys.executable, "-m", "bench", "run", "./long.toml", "--no-report"]
        process = subprocess.Popen(
            [sys.executable, "-c", ON_A_TERMINAL, *command],
            cwd=tmp_path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"TERM": "xterm", "COLUMNS": "100", "LINES": "40"},
        )
        terminal = Terminal(process)
        try:
            yield terminal, process
        finally:
            process.kill()
            terminal.close()

    return run


def test_a_step_is_skipped_and_the_run_ends_after_its_trial(
    run_on_a_terminal: Callable[..., object], tmp_path: Path
) -> None:
    with run_on_a_terminal() as (terminal, process):  # type: ignore[attr-defined]
        terminal.wait_for("s skips the step")
        terminal.wait_for("step 1 of 2: 1 user  window")
        terminal.press("s")
        terminal.wait_for("step 2 of 2: 2 users  window")
        terminal.press("q")
        terminal.wait_for("the run ends once this trial is whole")
        terminal.press("s")
        assert process.wait(60) == 130

    run = read_run(list_runs(tmp_path / "results")[0])
    (trial,) = run.trials
    assert [step.step.skipped for step in trial.steps] == [SKIPPED, SKIPPED]
    assert len(run.unfinished) == 1
