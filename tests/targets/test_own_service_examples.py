"""The files that the guide to one's own service shows are short, valid, and start a server."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from bench.model.experiment import ExperimentFile

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "measure-your-own-service.md"
EXAMPLES = GUIDE.parent / "examples"
BLOCKS = re.findall(r"```toml\n(.*?)```", GUIDE.read_text(), re.DOTALL)
WITHIN_S = 20.0


def parse(text: str) -> ExperimentFile:
    return ExperimentFile.model_validate(tomllib.loads(text))


def statements(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("block", BLOCKS)
def test_each_file_in_the_guide_is_valid(block: str) -> None:
    assert parse(block).variants


@pytest.mark.parametrize("name", ["nginx", "node"])
def test_an_example_has_at_most_ten_lines_and_stands_in_the_guide(name: str) -> None:
    lines = statements((EXAMPLES / f"{name}.toml").read_text())
    assert len(lines) <= 10
    assert lines in [statements(block) for block in BLOCKS]


@pytest.mark.parametrize("name", ["nginx", "node"])
def test_an_example_starts_a_server_that_answers_its_request(name: str, tmp_path: Path) -> None:
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    file = parse((EXAMPLES / f"{name}.toml").read_text())
    with serve(file, name, tmp_path) as port:
        assert status_once_it_answers(port, file.flow[0].path) == 200


@contextmanager
def serve(file: ExperimentFile, name: str, temp: Path) -> Iterator[int]:
    variant = file.variants[name]
    assert variant.command is not None
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    values = {"host": "127.0.0.1", "port": port, "temp": temp, "folder": EXAMPLES}
    env = os.environ | {key: filled(text, values) for key, text in variant.env.items()}
    command = [filled(part, values) for part in variant.command]
    process = subprocess.Popen(command, cwd=temp, env=env, start_new_session=True)
    try:
        yield port
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(WITHIN_S)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(WITHIN_S)


def filled(text: str, values: dict[str, object]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def status_once_it_answers(port: int, path: str) -> int:
    deadline = time.monotonic() + WITHIN_S
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, HTTPException):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        finally:
            connection.close()
