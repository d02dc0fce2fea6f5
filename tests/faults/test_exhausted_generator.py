"""A generator that runs out of ports or of descriptors says so, and does not blame the target."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PATIENCE_S = 120.0

EXPERIMENT = """
title = "Out of ports"
window = "2s"
repetitions = 1
[variants.mine]
command = ["{python}", "-m", "http.server", "{port}", "--bind", "{host}", "--directory", "{temp}"]
ready = "/"
[[flow]]
path = "/"
[load]
users = [4]
connections = "close"
max_error_ratio = 1
"""


@pytest.fixture
def few_ports() -> Iterator[list[str]]:
    """Yield what runs a command where connections have 60 ports."""
    if shutil.which("ip") is None:
        pytest.skip("there is no `ip` here (iproute2), which makes network namespaces")
    name = f"pb{os.getpid() % 100_000}-few"
    within = ["ip", "netns", "exec", name]
    try:
        for command in (
            ["ip", "netns", "add", name],
            ["ip", "-n", name, "link", "set", "lo", "up"],
            [*within, "sh", "-c", "echo 40000 40059 > /proc/sys/net/ipv4/ip_local_port_range"],
        ):
            subprocess.run(command, check=True, capture_output=True, text=True)
        yield within
    except subprocess.CalledProcessError as error:
        pytest.skip(f"network namespaces are not allowed here: {error.stderr.strip()}")
    finally:
        subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)


def run(folder: Path, *before: str, experiment: str = EXPERIMENT) -> dict[str, Any]:
    (folder / "ports.toml").write_text(experiment)
    done = subprocess.run(
        [*before, sys.executable, "-P", "-m", "bench", "run", "./ports.toml", "--json"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.stdout, done.stderr
    (row,) = [row for row in json.loads(done.stdout)["steps"] if row["name"] is None]
    return row  # type: ignore[no-any-return]


def test_a_generator_without_ports_is_not_held_against_the_target(
    few_ports: list[str], tmp_path: Path
) -> None:
    row = run(tmp_path, *few_ports)
    assert row["errors"].get("generator-no-ports", 0) > 0
    assert "generator-resources" in row["cautions"]
    assert row["valid"] is False


def test_a_step_that_needs_more_descriptors_than_there_are_is_refused_before_it_starts(
    tmp_path: Path,
) -> None:
    (tmp_path / "many.toml").write_text(EXPERIMENT.replace("users = [4]", "users = [900]"))
    done = subprocess.run(
        ["prlimit", "--nofile=256:256", sys.executable, "-P", "-m", "bench", "run", "./many.toml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 2
    assert "256" in done.stderr
    assert "open files" in done.stderr
