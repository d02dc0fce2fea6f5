"""Targets are started, seen ready and ended; what goes wrong is said with evidence."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bench.errors import PortTakenError, TargetStartError
from bench.execution.supervision.process_table import read_process_table, tree_of
from bench.execution.supervision.processes import ProcessSpec, Supervisor, supervise
from bench.execution.targets.launching import RunningTarget, launch_target
from bench.execution.targets.listening import listen
from bench.execution.targets.ports import free_port, listeners
from bench.model.experiment import Experiment, ExperimentFile

_APP = """
import json, os, sys

def told():
    return json.dumps({
        "cwd": os.getcwd(), "listing": os.listdir(), "environment": dict(os.environ),
        "path": sys.path, "seed": sys.flags.hash_randomization,
    }).encode()

async def asgi(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": told()})

def wsgi(environ, start):
    body = told()
    start("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""

_FAILING = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_error(500)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""

_UVICORN = {"app": "shop:asgi", "server": {"name": "uvicorn"}, "ready": "/"}
_GUNICORN = {"app": "shop:wsgi", "server": {"name": "gunicorn", "threads": 4}, "ready": "/"}


def experiment(folder: Path, variant: dict[str, Any], **fields: Any) -> Experiment:
    (folder / "shop.py").write_text(_APP)
    file = {
        "title": "targets",
        "flow": [{"path": "/"}],
        "load": {"users": [1]},
        "variants": {"only": variant},
    }
    return Experiment(
        name="functional",
        path=folder / "functional.toml",
        file=ExperimentFile.model_validate(file | fields),
    )


def launched(
    folder: Path,
    variant: dict[str, Any],
    body: Callable[[Supervisor, RunningTarget], None] = lambda _supervisor, _target: None,
    **changes: Any,
) -> None:
    async def main() -> None:
        options = {
            "stratum": {},
            "seed": 7,
            "cores": (),
            "service_env": {},
            "log": folder / "target.log",
            "observations": folder / "observations.jsonl",
        }
        async with supervise() as supervisor:
            subject = experiment(folder, variant)
            async with launch_target(supervisor, subject, "only", **options | changes) as target:
                await asyncio.to_thread(body, supervisor, target)
                tree = tree_of(target.process.pid, read_process_table())
            assert not tree & read_process_table().keys()
            assert list(supervisor.temp_folder.glob("target-*")) == []

    asyncio.run(main())


def get(target: RunningTarget) -> Any:
    with urllib.request.urlopen(f"{target.url}/") as answer:
        return json.load(answer)


@contextmanager
def stranger() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.mark.parametrize("variant", [_UVICORN, _GUNICORN])
def test_an_app_runs_under_its_server_in_a_folder_of_its_own(
    variant: dict[str, Any], tmp_path: Path
) -> None:
    def body(supervisor: Supervisor, target: RunningTarget) -> None:
        told = get(target)
        assert Path(told["cwd"]).is_relative_to(supervisor.temp_folder)
        assert told["listing"] == []
        assert str(tmp_path) in told["path"]
        assert target.command[0] == sys.executable
        assert target.ready_after_s > 0
        assert target.url == f"http://127.0.0.1:{target.port}"

    launched(tmp_path, variant, body)


def test_a_target_is_told_all_that_it_may_need(tmp_path: Path) -> None:
    def body(supervisor: Supervisor, target: RunningTarget) -> None:
        told = get(target)["environment"]
        assert (
            told.items()
            >= {
                "STRATUM_POOL_SIZE": "15",
                "UPSTREAM_URL": "http://127.0.0.1:1",
                "HOST": "127.0.0.1",
                "PORT": str(target.port),
                "PYTHONHASHSEED": "7",
                "PAIRBENCH_OBSERVATIONS": str(tmp_path / "observations.jsonl"),
                "HOME": "/caller",
                "MINE": f"at {target.port} with 15 and {{}}",
            }.items()
        )
        assert "UVICORN_WORKERS" not in told

    launched(
        tmp_path,
        _UVICORN | {"env": {"MINE": "at {port} with {pool-size} and {}"}},
        body,
        stratum={"pool-size": 15},
        service_env={"UPSTREAM_URL": "http://127.0.0.1:1"},
        environment={"PATH": os.defpath, "HOME": "/caller", "UVICORN_WORKERS": "9"},
    )


def test_a_command_starts_beside_its_experiment_file(tmp_path: Path) -> None:
    command = ["{python}", "-m", "http.server", "--bind", "{host}", "{port}"]
    launched(tmp_path, {"command": command, "ready": "/shop.py"})


def test_gunicorn_leaves_no_file_in_the_callers_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    environment = {"PATH": os.defpath, "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    launched(tmp_path, _GUNICORN, environment=environment)
    assert list(home.iterdir()) == []


def test_a_target_that_dies_at_its_start_shows_its_last_words(tmp_path: Path) -> None:
    code = "import sys; print('cannot find the shop', file=sys.stderr); sys.exit(3)"
    with pytest.raises(TargetStartError, match="exit code 3") as raised:
        launched(tmp_path, {"command": ["{python}", "-c", code], "ready": "/"})
    assert "cannot find the shop" in raised.value.evidence


def test_an_app_that_cannot_be_imported_shows_its_traceback(tmp_path: Path) -> None:
    with pytest.raises(TargetStartError) as raised:
        launched(tmp_path, _UVICORN | {"app": "no_such_shop:app"})
    assert any("no_such_shop" in line for line in raised.value.evidence)


def test_a_command_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(TargetStartError, match="no-such-server"):
        launched(tmp_path, {"command": ["no-such-server", "{port}"]})


def test_a_target_that_never_listens_is_given_up(tmp_path: Path) -> None:
    code = "import time; print('thinking', flush=True); time.sleep(600)"
    variant = {"command": ["{python}", "-c", code], "ready": "/", "ready_timeout": "500ms"}
    with pytest.raises(TargetStartError, match=r"not ready after 0\.5 s.*refused") as raised:
        launched(tmp_path, variant)
    assert raised.value.evidence == ("thinking",)


def test_a_target_that_answers_500_to_everything_is_said_to(tmp_path: Path) -> None:
    command = ["{python}", "-c", _FAILING, "{port}"]
    variant = {"command": command, "ready": "/health", "ready_timeout": "700ms"}
    with pytest.raises(TargetStartError, match=r"GET /health .* kept answering 500"):
        launched(tmp_path, variant)


def test_a_target_that_accepts_and_never_answers_is_given_up(tmp_path: Path) -> None:
    code = """import socket, sys, time
with socket.create_server(("127.0.0.1", int(sys.argv[1]))):
    time.sleep(600)
"""
    command = ["{python}", "-c", code, "{port}"]
    with pytest.raises(TargetStartError, match="no answer"):
        launched(tmp_path, {"command": command, "ready": "/", "ready_timeout": "700ms"})


def http_server(tmp_path: Path, port: int, *, module: str = "http.server") -> ProcessSpec:
    return ProcessSpec(
        name="server",
        argv=(sys.executable, "-m", module, "--bind", "127.0.0.1", str(port)),
        env=dict(os.environ),
        cwd=tmp_path,
        log=tmp_path / "server.log",
    )


def started_on(tmp_path: Path, ports: list[int], **changes: Any) -> int:
    async def main() -> int:
        async with (
            supervise() as supervisor,
            listen(
                supervisor,
                lambda port: http_server(tmp_path, port, **changes),
                ready="/",
                timeout_s=20,
                choose_port=lambda: ports.pop(0),
            ) as listener,
        ):
            return listener.port

    return asyncio.run(main())


def test_a_port_that_is_taken_in_between_is_exchanged_for_another(tmp_path: Path) -> None:
    free = free_port()
    with stranger() as taken:
        assert started_on(tmp_path, [taken, free]) == free


def test_a_port_that_is_taken_again_and_again_names_who_has_it(tmp_path: Path) -> None:
    with stranger() as taken:
        with pytest.raises(PortTakenError, match=str(taken)) as raised:
            started_on(tmp_path, [taken] * 3)
        assert str(os.getpid()) in raised.value.message
        assert any(str(os.getpid()) in name for name in listeners(taken))


def test_a_stranger_on_the_port_is_not_taken_for_a_target_that_lives(tmp_path: Path) -> None:
    async def main(port: int) -> None:
        async with supervise() as supervisor:
            idle = ProcessSpec(
                name="idle",
                argv=(sys.executable, "-c", "import time; time.sleep(600)"),
                env=dict(os.environ),
                cwd=tmp_path,
                log=tmp_path / "idle.log",
            )
            async with listen(
                supervisor, lambda _port: idle, ready=None, timeout_s=20, choose_port=lambda: port
            ):
                pytest.fail("a stranger was taken for the target")

    with stranger() as taken, pytest.raises(PortTakenError):
        asyncio.run(main(taken))
