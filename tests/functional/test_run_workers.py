"""`bench run` with several workers, from the command line to the records."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest

Bench = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[[str, str], Path]
_Found = TypeVar("_Found")

PATIENCE_S = 60.0
TOKEN = "a token of the tests"

EXPERIMENT = """
title = "several workers"
factor = "none"
window = 2.0
repetitions = 1
{scenario}

[load]
users = [{users}]
bystander = {{ rate = 5.0, path = "/" }}

[variants.only]
app = "service:app"
server = {{ name = "uvicorn" }}
"""

FLOW = 'flow = [{ path = "/", name = "read" }]'

SCENARIO = """
import os

from locust import task

from bench.load.users import HttpUser

NAME = "read " + os.environ["STRATUM_FLAVOUR"]


class Reader(HttpUser):
    @task
    def read(self):
        self.client.get("/", name=NAME)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def the_trial(folder: Path) -> Path:
    (trial,) = (folder / "results").glob("*/trials/*")
    return trial


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def read_record(folder: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((the_trial(folder) / "trial.json").read_text())
    return record


def until(look: Callable[[], _Found | None]) -> _Found:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come to pass")


@contextmanager
def begun(
    folder: Path, *arguments: str, env: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "bench", *arguments],
        cwd=folder,
        env={**os.environ, "PAIRBENCH_TOKEN": TOKEN, "TMPDIR": str(folder), **(env or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_S)


def test_the_lines_of_two_workers_are_merged_as_they_were_spooled(
    bench: Bench, write: Write, tmp_path: Path
) -> None:
    write("mine.toml", EXPERIMENT.format(scenario=FLOW, users="5"))
    ran = bench("run", "mine.toml", "--workers", "2")
    assert ran.returncode == 0, ran.stderr
    record, trial = read_record(tmp_path)["trial"], the_trial(tmp_path)
    assert [worker["index"] for worker in record["workers"]] == [0, 1]
    assert len({worker["seed"] for worker in record["workers"]}) == 2
    assert record["steps"][0]["problems"] == []
    merged = (trial / "slices.jsonl").read_text().splitlines()
    spooled = [
        line
        for number in (0, 1)
        for line in (trial / f"slices-worker-{number}.jsonl").read_text().splitlines()
    ]
    assert sorted(merged) == sorted(spooled)
    lines = read_lines(trial / "slices.jsonl")
    assert {line["worker"] for line in lines} == {0, 1}
    assert {line["worker"] for line in lines if line.get("group") == "bystander"} == {0}


def test_the_token_is_in_no_record_of_the_run(bench: Bench, write: Write, tmp_path: Path) -> None:
    write("mine.toml", EXPERIMENT.format(scenario=FLOW, users="2"))
    ran = bench("run", "mine.toml", "--workers", "1", env={"PAIRBENCH_TOKEN": TOKEN})
    assert ran.returncode == 0, ran.stderr
    files = [path for path in (tmp_path / "results").rglob("*") if path.is_file()]
    assert [path for path in files if TOKEN in path.read_text()] == []


def test_a_remote_worker_needs_no_file_of_the_experiment_and_ends_with_the_run(
    write: Write, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    write("users.py", SCENARIO)
    scenario = 'scenario = "users.py"\nstrata = { flavour = ["sweet"] }'
    write("mine.toml", EXPERIMENT.format(scenario=scenario, users="4"))
    at = f"127.0.0.1:{free_port()}"
    with begun(elsewhere, "worker", "--master", at, "--wait", "60s") as worker:
        options = ("--workers", "1", "--remote-workers", "1", "--bind", at)
        with begun(tmp_path, "run", "mine.toml", *options) as run:
            _, said = run.communicate(timeout=PATIENCE_S)
        assert run.returncode in (0, 3), said  # whether the generator kept up is not asked here
        assert f"PAIRBENCH_TOKEN=$PAIRBENCH_TOKEN bench worker --master {at}" in said
        _, of_worker = worker.communicate(timeout=PATIENCE_S)
        assert worker.returncode == 0, of_worker
    assert "the run is over" in of_worker
    lines = read_lines(the_trial(tmp_path) / "slices.jsonl")
    named = {(line["worker"], line["name"]) for line in lines if line.get("group") == "users"}
    assert named == {(0, "read sweet"), (1, "read sweet")}


def test_a_worker_that_dies_in_mid_window_spoils_its_step_and_ends_the_trial(
    write: Write, tmp_path: Path
) -> None:
    write("mine.toml", EXPERIMENT.format(scenario=FLOW, users="3, 6"))
    with begun(tmp_path, "run", "mine.toml", "--workers", "2", "--duration", "4s") as run:
        until(lambda: _window_of(run, tmp_path))
        victim = _worker_of(run)
        victim.kill()
        run.communicate(timeout=PATIENCE_S)
    first, second = read_record(tmp_path)["steps"]
    assert first["valid"] is False
    (problem,) = first["step"]["problems"]
    assert problem["code"] == "worker-lost"
    assert f"pid {victim.pid}) was lost" in problem["detail"]
    assert f"pid {victim.pid}) had been lost" in second["step"]["skipped"]


def test_a_line_that_was_spooled_and_did_not_come_spoils_the_step(
    write: Write, tmp_path: Path
) -> None:
    write("mine.toml", EXPERIMENT.format(scenario=FLOW, users="3"))
    with begun(tmp_path, "run", "mine.toml", "--workers", "2") as run:
        trial = until(lambda: _window_of(run, tmp_path))
        spool = trial / "slices-worker-1.jsonl"
        line = next(one for one in read_lines(spool) if one["type"] == "requests")
        with spool.open("a") as file:
            file.write(json.dumps(line) + "\n")
        run.communicate(timeout=PATIENCE_S)
    (step,) = read_record(tmp_path)["steps"]
    assert step["valid"] is False
    (problem,) = step["step"]["problems"]
    assert problem["code"] == "worker-lost"
    assert problem["detail"].startswith("worker 1 ")
    assert "lost lines: it spooled" in problem["detail"]


def test_a_worker_that_stood_still_for_a_while_is_late(write: Write, tmp_path: Path) -> None:
    write("mine.toml", EXPERIMENT.format(scenario=FLOW, users="3"))
    with begun(tmp_path, "run", "mine.toml", "--workers", "2", "--duration", "4s") as run:
        until(lambda: _window_of(run, tmp_path))
        worker = _worker_of(run)
        worker.suspend()
        time.sleep(2.9)
        worker.resume()
        run.communicate(timeout=PATIENCE_S)
    (step,) = read_record(tmp_path)["steps"]
    assert step["valid"] is False
    (problem,) = step["step"]["problems"]
    assert f"pid {worker.pid}) was " in problem["detail"]


def _window_of(run: subprocess.Popen[str], folder: Path) -> Path | None:
    """Return the folder of the trial once the first slice of a window has come."""
    if run.poll() is not None:
        raise AssertionError(run.communicate()[1])
    slices = list((folder / "results").glob("*/trials/*/slices.jsonl"))
    if not slices or '"phase":"window"' not in slices[0].read_text():
        return None
    return slices[0].parent


def _worker_of(run: subprocess.Popen[str]) -> psutil.Process:
    return _process_of(run, "bench.load.distributed.worker")


def _process_of(run: subprocess.Popen[str], module: str) -> psutil.Process:
    children = psutil.Process(run.pid).children(recursive=True)
    return next(process for process in children if module in process.cmdline())


def test_a_worker_of_another_version_is_refused_with_both_versions_named(
    write: Write, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(Path(__file__).parents[2] / "bench", other / "bench")
    step = other / "bench" / "load" / "step.py"
    step.write_text(step.read_text() + "\n# changed\n")
    write("mine.toml", EXPERIMENT.format(scenario=FLOW, users="2"))
    at = f"127.0.0.1:{free_port()}"
    with (
        begun(other, "worker", "--master", at, env={"PYTHONPATH": str(other)}) as worker,
        begun(tmp_path, "run", "mine.toml", "--remote-workers", "1", "--bind", at) as run,
    ):
        _, of_run = run.communicate(timeout=PATIENCE_S)
        _, of_worker = worker.communicate(timeout=PATIENCE_S)
    assert run.returncode == 2
    assert worker.returncode == 2
    for said in (" ".join(of_run.split()), of_worker):
        assert said.count("0.1.0+") >= 2
        assert "all workers need the version of the master" in said


def test_a_worker_whose_master_dies_keeps_its_spool_and_serves_the_next(
    write: Write, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    write("mine.toml", EXPERIMENT.format(scenario=FLOW, users="2"))
    at = f"127.0.0.1:{free_port()}"
    with begun(elsewhere, "worker", "--master", at) as worker:
        with begun(tmp_path, "run", "mine.toml", "--remote-workers", "1", "--bind", at) as run:
            until(lambda: _window_of(run, tmp_path))
            _process_of(run, "bench.load.distributed").kill()
            run.communicate(timeout=PATIENCE_S)
        assert run.returncode == 3
        _, said = worker.communicate(timeout=PATIENCE_S)
    assert worker.returncode == 0, said
    assert "the master is lost" in said
    assert "the run is over" in said
    (spool,) = elsewhere.glob("pairbench-worker-*/slices-worker-0.jsonl")
    assert read_lines(spool)


def test_who_has_another_token_does_not_get_in(write: Write, tmp_path: Path) -> None:
    write("mine.toml", EXPERIMENT.format(scenario=FLOW, users="2"))
    at = f"127.0.0.1:{free_port()}"
    options = ("--workers", "1", "--remote-workers", "1", "--bind", at)
    with begun(tmp_path, "run", "mine.toml", *options) as run:
        stranger = {"PAIRBENCH_TOKEN": "another token altogether"}
        with begun(tmp_path, "worker", "--master", at, env=stranger) as worker:
            _, said = worker.communicate(timeout=PATIENCE_S)
        assert worker.returncode == 2
        assert "does not answer this token" in said
        assert run.poll() is None  # it still waits for the right one


def test_a_port_that_is_taken_is_named(write: Write, tmp_path: Path) -> None:
    write("mine.toml", EXPERIMENT.format(scenario=FLOW, users="2"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        at = f"127.0.0.1:{taken.getsockname()[1]}"
        with begun(tmp_path, "run", "mine.toml", "--remote-workers", "1", "--bind", at) as run:
            _, said = run.communicate(timeout=PATIENCE_S)
    assert run.returncode == 2
    assert f"can't listen on {at}" in " ".join(said.split())


def test_a_worker_without_a_token_is_told_where_it_comes_from(bench: Bench) -> None:
    ran = bench("worker", "--master", "127.0.0.1:9", env={"PAIRBENCH_TOKEN": ""})
    assert ran.returncode == 2
    assert "PAIRBENCH_TOKEN holds no token" in " ".join(ran.stderr.split())


def test_a_worker_without_a_master_ends_when_it_has_waited_enough(
    bench: Bench, write: Write
) -> None:
    token = write("token", TOKEN)
    at = f"127.0.0.1:{free_port()}"
    ran = bench("worker", "--master", at, "--token-file", str(token), "--wait", "100ms")
    assert ran.returncode == 2
    assert f"No master at {at}" in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--bind", "127.0.0.1:1"), "give --remote-workers"),
        (("--remote-workers", "1", "--bind", "a:b:c"), "is no HOST:PORT"),
    ],
)
def test_an_address_for_nobody_is_a_usage_error(
    bench: Bench, write: Write, arguments: tuple[str, ...], said: str
) -> None:
    write("mine.toml", EXPERIMENT.format(scenario=FLOW, users="2"))
    ran = bench("plan", "mine.toml", *arguments)
    assert ran.returncode == 2
    assert said in " ".join(ran.stderr.split())
