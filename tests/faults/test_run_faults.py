"""However a run ends, nothing of it is left but its folder, which reads and can be resumed."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from bench.model.run import StoredRun
from bench.storage.reading_runs import list_runs, read_run

Bench = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[[str, str], Path]

_PATIENCE_S = 60.0

PAIR = """
title = "What is left?"
services = ["postgres"]
ready = "/"
repetitions = 1
window = "1s"
flow = [{ path = "/" }]
same = { tasks = 1 }
load = { users = [2] }

[variants.first]
baseline = true
app = "service:app"
server = { name = "uvicorn", workers = 2 }

[variants.second]
app = "service:app"
server = { name = "uvicorn", workers = 2 }
"""


class RunningBench:
    """A `bench run` under way, and all that was ever seen of its processes, ports and folders."""

    def __init__(self, folder: Path, scratch: Path, *options: str) -> None:
        self.folder = folder
        self.scratch = scratch
        self.ports: set[int] = set()
        self.seen: set[psutil.Process] = set()
        self._folders = (scratch, folder, *folder.parents)
        self._modes = self._read_modes()
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "bench", "run", "pair.toml", *options],
            cwd=folder,
            env=os.environ | {"TMPDIR": str(scratch)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def run(self) -> StoredRun:
        (path,) = list_runs(self.folder / "results")
        return read_run(path)

    def wait_for_services(self) -> None:
        self._wait(lambda: "postgres" in self._names())

    def wait_for_window(self, trial: int) -> None:
        """Wait until the window of a trial's first step is open; look at what is there then."""
        pattern = f"results/*/trials/{trial:03d}-*/readings.jsonl"
        self._wait(
            lambda: any('"edge":"opens"' in path.read_text() for path in self.folder.glob(pattern))
        )
        self.look()
        assert "postgres" in self._names()
        assert (
            len(self.seen) > 8
        )  # supervisor, generator, uvicorn and its workers, PostgreSQL's own
        assert self.ports
        assert list(self.scratch.iterdir())

    def look(self) -> None:
        """Remember the processes and the ports that they listen on."""
        self.seen |= self._descendants()
        self.ports |= {port for process in self.seen for port in ports_of(process)}

    def leader_of_target(self) -> int:
        """Return the pid of the target's root process, which is a child of the supervisor."""
        (supervisor,) = psutil.Process(self.process.pid).children()
        (leader,) = [each for each in supervisor.children() if "service:app" in each.cmdline()]
        return int(leader.pid)

    def end(self) -> tuple[int, str]:
        """Wait for the end; return exit code and standard error, which shows no traceback."""
        _, said = self.process.communicate(timeout=_PATIENCE_S)
        assert "Traceback" not in said
        return self.process.returncode, said

    def leaves_nothing(self) -> None:
        """Assert that no process, port or folder is left, and that no folder's mode changed."""
        self._wait(lambda: not self._survivors())
        for port in self.ports:
            socket.create_server(("127.0.0.1", port)).close()
        self._wait(lambda: not list(self.scratch.iterdir()))
        assert self._read_modes() == self._modes

    def _survivors(self) -> list[psutil.Process]:
        """List the processes that were seen, and whatever else carries the run's folder on it."""
        return [
            process
            for process in psutil.process_iter()
            if is_alive(process) and (process in self.seen or self._is_marked(process))
        ]

    def _is_marked(self, process: psutil.Process) -> bool:
        try:
            marks = (process.environ().get("TMPDIR", ""), process.cwd())
        except psutil.Error:
            return False
        return any(mark.startswith(str(self.scratch)) for mark in marks)

    def _descendants(self) -> set[psutil.Process]:
        return set(psutil.Process(self.process.pid).children(recursive=True))

    def _names(self) -> list[str]:
        return [process.name() for process in self._descendants() if is_alive(process)]

    def _read_modes(self) -> list[int]:
        return [folder.stat().st_mode for folder in self._folders]

    def _wait(self, condition: Callable[[], bool]) -> None:
        give_up_at_s = time.monotonic() + _PATIENCE_S
        while not condition():
            assert time.monotonic() < give_up_at_s
            time.sleep(0.02)


def ports_of(process: psutil.Process) -> set[int]:
    """Return the ports that a process listens on; none where it has ended meanwhile."""
    try:
        connections = process.net_connections("tcp")
    except psutil.NoSuchProcess:
        return set()
    return {each.laddr.port for each in connections if each.status == psutil.CONN_LISTEN}


def is_alive(process: psutil.Process) -> bool:
    """Tell a process from a zombie, which whoever adopted it has yet to collect."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


Start = Callable[..., RunningBench]


@pytest.fixture
def start(tmp_path: Path, write: Write) -> Iterator[Start]:
    """Return what starts a run of the pair, with a folder for temporary files of its own."""
    write("pair.toml", PAIR)
    # not below tmp_path, which is shut to the user that PostgreSQL runs as
    scratch = Path(tempfile.mkdtemp(prefix="faults-"))
    scratch.chmod(0o711)
    started: list[RunningBench] = []

    def start(*options: str) -> RunningBench:
        started.append(RunningBench(tmp_path, scratch, *options))
        return started[-1]

    yield start
    for running in started:
        running.process.kill()
        running.process.communicate()
    shutil.rmtree(scratch)


def test_nothing_is_left_after_success_and_nothing_is_to_be_resumed(
    start: Start, bench: Bench
) -> None:
    running = start("--variants", "first")
    running.wait_for_window(trial=1)
    exit_code, said = running.end()
    assert exit_code in (0, 3), said  # others may have had the machine
    running.leaves_nothing()
    assert running.run.unfinished == ()

    again = bench("run", "--resume", str(running.run.path))
    assert again.returncode == 2
    assert "nothing left to measure" in again.stderr


def test_nothing_is_left_after_a_kill_and_the_rest_is_measured_later(
    start: Start, bench: Bench
) -> None:
    running = start()
    running.wait_for_window(trial=2)
    running.process.send_signal(signal.SIGKILL)
    assert running.end()[0] == -signal.SIGKILL
    running.leaves_nothing()
    killed = running.run
    assert [trial.trial.number for trial in killed.trials] == [1]
    assert killed.unfinished == (2,)

    refuses_another_machine(bench, killed)
    resumed = bench("run", "--resume", str(killed.path))
    assert resumed.returncode in (0, 3), resumed.stderr  # others may have had the machine
    assert running.run.unfinished == ()
    assert running.run.record.attempt == 2
    assert running.run.trials[0] == killed.trials[0]
    running.leaves_nothing()


def refuses_another_machine(bench: Bench, run: StoredRun) -> None:
    file = run.path / "run.json"
    ours = file.read_text()
    environment = run.record.environment
    foreign = ours.replace(environment.fingerprint, "0123456789abcdef").replace(
        f'"cpu_model": "{environment.identity["cpu_model"]}"', '"cpu_model": "Another CPU"'
    )
    file.write_text(foreign)
    refused = bench("run", "--resume", str(run.path))
    assert refused.returncode == 3
    assert f"cpu_model: then Another CPU, now {environment.cpu_model}" in refused.stderr
    assert file.read_text() == foreign
    file.write_text(ours)


def test_nothing_is_left_after_ctrl_c_and_finished_trials_are_kept(start: Start) -> None:
    running = start()
    running.wait_for_window(trial=2)
    running.process.send_signal(signal.SIGINT)
    exit_code, said = running.end()
    assert exit_code == 130
    assert "1 of 2 trials are kept" in said
    assert f"bench run --resume {running.run.path.relative_to(running.folder)}" in said
    running.leaves_nothing()
    assert [trial.trial.number for trial in running.run.trials] == [1]


def test_nothing_is_left_after_a_termination_while_services_start(start: Start) -> None:
    running = start()
    running.wait_for_services()
    running.look()
    running.process.send_signal(signal.SIGTERM)
    exit_code, said = running.end()
    assert exit_code == 130
    assert "0 of 2 trials are kept" in said
    running.leaves_nothing()
    assert running.run.unfinished == (1, 2)


def test_a_target_that_dies_at_start_is_quoted(start: Start, write: Write) -> None:
    dying = '["{python}", "-c", "print(\'out of stock\'); raise SystemExit(3)"]'
    app = 'app = "service:app"\nserver = { name = "uvicorn", workers = 2 }'
    write("pair.toml", PAIR.replace(app, f"command = {dying}"))
    running = start()
    exit_code, said = running.end()
    assert exit_code == 4
    for text in ("ended before it was ready, with exit code 3", "out of stock", "--resume"):
        assert text in said
    running.leaves_nothing()
    assert running.run.unfinished == (1, 2)


def test_a_target_that_dies_in_its_window_ends_its_trial_and_not_the_run(start: Start) -> None:
    running = start("--duration", "5s")  # so that the window is still open when the blow comes
    running.wait_for_window(trial=1)
    os.kill(running.leader_of_target(), signal.SIGKILL)
    exit_code, said = running.end()
    assert exit_code == 4
    assert "the target ended with exit code -9 under load" in said
    running.leaves_nothing()
    died, went_on = running.run.trials
    assert died.trial.failure is not None
    (step,) = died.steps
    assert "target-died" in [caution.code for caution in step.cautions]
    assert not step.valid
    assert went_on.trial.failure is None
    assert went_on.steps[0].rows[0].requests > 0


def test_a_killed_supervisor_is_said_to_and_nothing_is_left(start: Start) -> None:
    running = start()
    running.wait_for_services()
    running.look()
    (supervisor,) = psutil.Process(running.process.pid).children()
    supervisor.kill()
    exit_code, said = running.end()
    assert exit_code == 70
    assert "supervisor died" in said
    running.leaves_nothing()
