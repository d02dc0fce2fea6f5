"""Targets that already run: `bench run` with a url, and `bench calibrate --url`."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from bench.execution.calibration.server_cores import find_server_cores
from bench.model.calibration import Calibration
from bench.model.run import RunDocument
from bench.storage.calibrations import read_calibrations
from bench.storage.reading_runs import list_runs, read_run

Bench = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[[str, str], Path]

SERVER = Path(__file__).with_name("answering_server.py")


class Service:
    """A server that somebody else started."""

    def __init__(self, folder: Path, status: str) -> None:
        self._log = folder / "service.log"
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(SERVER), status],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}"

    @property
    def asked(self) -> set[str]:
        """The first lines of the first requests of all connections."""
        return set(self._log.read_text().splitlines())

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


Start = Callable[..., Service]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    services: list[Service] = []

    def start(status: str = "200 OK") -> Service:
        services.append(Service(tmp_path, status))
        return services[-1]

    yield start
    for service in services:
        service.close()


@pytest.fixture
def experiment(write: Write) -> Callable[[str], Path]:
    """Return a writer of an experiment on a service that is to run at a URL."""

    def make(url: str) -> Path:
        return write(
            "live.toml",
            f"""
            title = "How does the running service hold up?"
            window = "1s"
            repetitions = 1
            ready = "/"
            flow = [{{ path = "/shop", think = "20ms" }}]
            load = {{ users = [2] }}
            variants.live = {{ url = "{url}", ready_timeout = "1s" }}
            """,
        )

    return make


def test_a_service_that_already_runs_is_measured_and_left_alone(
    bench: Bench, start: Start, experiment: Callable[[str], Path], tmp_path: Path
) -> None:
    service = start()
    experiment(service.url)
    done = bench("run", "live.toml", "--json")
    assert done.returncode == 0, done.stderr
    (row, _) = RunDocument.model_validate_json(done.stdout).steps
    assert row.requests
    assert "not-fresh" in row.cautions
    assert (row.cpu_s_per_request, row.rss_bytes, row.target_cpu_ratio) == (None, None, None)
    (path,) = list_runs(tmp_path / "results")
    (record,) = read_run(path).trials
    assert (record.trial.command, record.trial.port) == ((), service.port)
    assert record.trial.placement.target == ()
    assert service.process.poll() is None
    assert "GET /shop HTTP/1.1" in service.asked


def test_a_service_that_does_not_run_is_said_to(
    bench: Bench, experiment: Callable[[str], Path]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    experiment(f"http://127.0.0.1:{port}")
    done = bench("run", "live.toml")
    assert done.returncode == 4
    assert "GET / was refused; nothing listens there" in " ".join(done.stderr.split())


@pytest.mark.parametrize("command", [("run", "live.toml"), ("calibrate", "--url")])
def test_a_service_elsewhere_is_refused_before_anything_is_sent_or_written(
    bench: Bench, experiment: Callable[[str], Path], tmp_path: Path, command: tuple[str, ...]
) -> None:
    url = "http://192.0.2.1:81"
    experiment(url)
    done = bench(*command, *((url,) if "--url" in command else ()))
    assert done.returncode == 2
    assert "192.0.2.1" in done.stderr
    assert "--allow-remote" in done.stderr
    assert not (tmp_path / "results").exists()


def test_what_already_runs_is_shown_as_such_and_not_served(
    bench: Bench, experiment: Callable[[str], Path]
) -> None:
    experiment("http://127.0.0.1:81")
    assert "runs already at http://127.0.0.1:81" in " ".join(
        bench("show", "live.toml").stdout.split()
    )
    served = bench("serve", "./live.toml/live")
    assert served.returncode == 2
    assert "already runs" in served.stderr


def test_the_generator_is_calibrated_against_a_named_server(
    bench: Bench, start: Start, tmp_path: Path
) -> None:
    service = start()
    url = f"{service.url}/ping?x=1"
    done = bench("calibrate", "--url", url, "--users", "8", "--duration", "1s", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document.pop("flow_per_s") > 0
    assert document.pop("task_per_s") > 0
    calibration = Calibration.model_validate(document)
    assert 0 < calibration.p50_s <= calibration.p99_s
    assert calibration.generator_cpu_ratio > 0
    assert (calibration.url, calibration.users, calibration.window_s) == (url, 8, 1.0)
    assert service.asked == {"GET /ping?x=1 HTTP/1.1"}
    assert not (tmp_path / "results").exists()  # only the null target tells of the machine alone


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system does not pin")
def test_on_a_single_core_the_generator_shares_it_and_says_so(start: Start, tmp_path: Path) -> None:
    service = start()
    core = min(os.sched_getaffinity(0))
    arguments = ["calibrate", "--url", service.url, "--users", "2", "--duration", "1s"]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "bench", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )
    assert done.returncode == 0, done.stderr
    assert "share one core" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("503 Busy", "kept answering 503 Busy"),
        ("404 Not Found", "kept answering 404 Not Found"),
        ("302 Found", "status 302"),
    ],
)
def test_a_server_that_answers_with_errors_can_not_calibrate(
    bench: Bench, start: Start, status: str, said: str
) -> None:
    done = bench("calibrate", "--url", start(status).url, "--duration", "1s")
    assert done.returncode == 4
    assert said in " ".join(done.stderr.split())
    assert not done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--url", "http://no-such-host.invalid/"], "can't be resolved"),
        (["--url", "127.0.0.1:80"], "is no URL"),
        (["--duration", "10ms"], "between 1 s and 24 h"),
        (["--users", "1000000"], "open files"),
        (["--users", "0"], "--users"),
    ],
)
def test_what_can_not_be_calibrated_is_said_clearly(
    bench: Bench, arguments: list[str], said: str
) -> None:
    done = bench("calibrate", *arguments)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_the_null_target_tells_what_the_machine_can_do_and_runs_remember_it(
    bench: Bench, start: Start, experiment: Callable[[str], Path], tmp_path: Path
) -> None:
    done = bench("calibrate", "--users", "8", "--duration", "1s", "--rounds", "2")
    assert done.returncode == 0, done.stderr
    assert "declared flows" in done.stdout
    (calibration,) = read_calibrations(tmp_path / "results")
    assert calibration.flow.rounds == calibration.task.rounds == 2
    assert calibration.noise_ratio is not None
    assert calibration.floor_p50_s is not None
    assert calibration.target_cpu_ratio is not None
    assert calibration.users_per_process is not None
    assert "flows/s" in bench("doctor").stdout
    experiment(start().url)
    assert bench("run", "live.toml").returncode == 0
    (path,) = list_runs(tmp_path / "results")
    assert read_run(path).record.calibration == calibration
    assert "flows/s" in bench("report", "latest", "--format", "md").stdout


def test_cores_of_a_server_are_found_by_its_port(start: Start) -> None:
    service = start()
    cores = psutil.Process(service.process.pid).cpu_affinity()
    assert find_server_cores(service.port) == frozenset(cores)
    service.close()
    assert find_server_cores(service.port) is None
