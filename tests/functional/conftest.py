"""The command line, run by real processes in a folder of the test's own."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from bench.model.answers import Answer
from bench.model.slices import GeneratorSlice, RequestSlice, ScheduleSlice, SliceLine

Bench = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[[str, str], Path]

_PATIENCE_S = 120.0
_MEASURED_ANEW = 2
_DISTURBED = re.compile(r"\[not valid: [^]]*(generator-lag|generator-starved|cpu-stolen)")
_RESULTS = re.compile(r"^Results: (.+)$", re.MULTILINE)

_SERVICE = """
import asyncio
import os


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    await asyncio.sleep(0.02)
    body = os.environ.get("STRATUM_FLAVOUR", "plain").encode()
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": body})
"""


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Return a runner of the command line, in the test's folder.

    A run with a step that does not count, since others had the machine, is forgotten and measured
    anew; with `--again` it does so by itself.
    """

    def run_once(
        *arguments: str, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        if arguments[:1] == ("run",) and "--report" not in arguments:
            arguments = (*arguments, "--no-report")  # which takes a second or two
        return subprocess.run(
            [sys.executable, "-P", "-m", "bench", *arguments],
            cwd=tmp_path,
            env=os.environ | (env or {}),
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )

    def run(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        done = run_once(*arguments, env=env)
        for _ in range(_MEASURED_ANEW):
            where = _RESULTS.search(done.stderr)
            is_new = arguments[0] == "run" and not {"--resume", "--again"} & {*arguments}
            if where is None or not is_new or not _DISTURBED.search(done.stderr):
                break
            shutil.rmtree(tmp_path / where.group(1))
            done = run_once(*arguments, env=env)
        return done

    return run


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a writer of files into the test's folder, where `service.py` lies already.

    That is an ASGI app which waits 20 ms, so that no core is ever short, and answers the condition
    named `flavour` of its stratum.
    """

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text)
        return path

    write("service.py", _SERVICE)
    return write


SERVER = Path(__file__).parents[1] / "load" / "stamping_server.py"
PATIENCE_S = 30.0


class Generator:
    """A driver process, spoken to as the harness would."""

    def __init__(self, folder: Path, config: dict[str, Any], slices: Path | None = None) -> None:
        self.slices_path = slices or folder / "slices.jsonl"
        self.log_path = folder / "generator.log"
        config_path = folder / "config.json"
        config_path.write_text(json.dumps(config))
        ours, theirs = socket.socketpair()
        ours.settimeout(PATIENCE_S)
        self.socket = ours
        with self.log_path.open("wb") as log, theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bench.load", str(config_path)],
                pass_fds=[theirs.fileno()],
                stdout=log,
                stderr=log,
                env={
                    **os.environ,
                    "PAIRBENCH_CONTROL_FD": str(theirs.fileno()),
                    "PAIRBENCH_SLICES": str(self.slices_path),
                    "PAIRBENCH_SEED": "1",
                },
            )
        self._lines = ours.makefile("rb")
        self.progress: list[dict[str, Any]] = []

    def say(self, do: str, **fields: Any) -> None:
        self.socket.sendall(json.dumps({"do": do, **fields}).encode() + b"\n")

    def hear(self, event: str) -> dict[str, Any]:
        while True:
            line = self._lines.readline()
            assert line, f"the generator is gone: {self.log_path.read_text()[-2000:]}"
            said: dict[str, Any] = json.loads(line)
            if said["event"] == "progress":
                self.progress.append(said)
            if said["event"] == event:
                return said
            assert said["event"] == "progress", said

    def probe(self, tasks: int, seed: int = 7) -> list[Answer]:
        self.say("probe", seed=seed, tasks=tasks)
        return TypeAdapter(list[Answer]).validate_python(self.hear("answers")["answers"])

    def drive(
        self,
        load: dict[str, Any],
        *,
        window_s: float = 2.0,
        patience_s: float = 5.0,
        step: int = 0,
        **start: Any,
    ) -> dict[str, Any]:
        """Run a step: a second of warm-up, the window, the drain; return `drained`.

        More fields of the `start` command may be given.
        """
        self.say("start", step=step, load=load, spread_s=0.05, seed=8, **start)
        origin_s = self.hear("started")["t_s"]
        self.opens_s = origin_s + 1
        self.closes_s = self.opens_s + window_s
        self.say(
            "window",
            opens_at_s=self.opens_s,
            closes_at_s=self.closes_s,
            deadline_s=self.closes_s + patience_s,
        )
        drained = self.hear("drained")
        self.say("stop")
        self.hear("stopped")
        return drained

    def quit(self) -> int:
        self.say("quit")
        return self.process.wait(PATIENCE_S)

    def slices(self) -> list[Any]:
        read = TypeAdapter(SliceLine).validate_json
        return [read(line) for line in self.slices_path.read_text().splitlines()]

    def requests(self, *, phase: str = "window", group: str = "users") -> list[RequestSlice]:
        return [
            one
            for one in self.slices()
            if isinstance(one, RequestSlice) and one.phase == phase and one.group == group
        ]

    def own(self) -> list[GeneratorSlice]:
        return [one for one in self.slices() if isinstance(one, GeneratorSlice)]

    def scheduled(self, *, group: str = "users") -> list[ScheduleSlice]:
        return [
            one
            for one in self.slices()
            if isinstance(one, ScheduleSlice) and one.phase == "window" and one.group == group
        ]

    def close(self) -> None:
        self._lines.close()
        self.socket.close()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


Launch = Callable[..., Generator]


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    """Return the address of a server that stamps what it does."""
    with subprocess.Popen([sys.executable, str(SERVER)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        yield f"http://127.0.0.1:{port}"
        process.kill()


@pytest.fixture
def launch(server_url: str, tmp_path: Path) -> Iterator[Launch]:
    """Return a starter of generators that load that server, or the `host` that they are given."""
    launched: list[Generator] = []

    def launch(
        *, scenario: str | None = None, flow: list[dict[str, Any]] | None = None, **config: Any
    ) -> Generator:
        slices = config.pop("slices", None)
        if scenario is not None:
            path = tmp_path / "scenario.py"
            path.write_text(textwrap.dedent(scenario))
            config["scenario"] = str(path)
        config = {"host": server_url, "flow": flow or [], "timeout_s": 20.0, **config}
        launched.append(Generator(tmp_path, config, slices))
        return launched[-1]

    yield launch
    for generator in launched:
        generator.close()
