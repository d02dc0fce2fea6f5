"""`bench run --check`: thresholds decide the exit code, of a target that waits 20 ms."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.model.run import RunDocument

Bench = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[[str, str], Path]

EXPERIMENT = """
title = "Is it quick enough?"
window = "1s"
repetitions = 2
thresholds = {thresholds}
flow = [{{ path = "/" }}]
load = {{ users = [2] }}
same = {{ check = false }}

[variants.mine]
app = "service:app"
server = {{ name = "uvicorn" }}
"""

FAILING = """
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    app.requests += 1
    status = 500 if app.requests % 4 == 0 else 200
    headers = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})

app.requests = 0
"""


@pytest.fixture
def run(bench: Bench, write: Write) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return what runs the experiment with thresholds."""

    def run(thresholds: Any, *options: str) -> subprocess.CompletedProcess[str]:
        write("quick.toml", EXPERIMENT.format(thresholds=json.dumps(thresholds)))
        return bench("run", "./quick.toml", *options)

    return run


def test_a_threshold_that_is_held_ends_with_0_and_is_kept_in_the_run(
    run: Callable[..., subprocess.CompletedProcess[str]], bench: Bench
) -> None:
    done = run(["p50 < 5s", "error_ratio <= 0"], "--check", "--json")

    assert done.returncode == 0, done.stderr
    document = RunDocument.model_validate_json(done.stdout)
    assert [str(each.verdict) for each in document.thresholds] == ["held", "held"]
    assert "Thresholds: 2 held\n" in done.stderr
    again = bench("report", "latest", "--check")
    assert (again.returncode, "p50 < 5s" in again.stdout) == (0, True)
    told = bench("report", "latest", "--format", "csv", "--thresholds").stdout.splitlines()
    assert len(told) == 3
    assert "## Thresholds" in bench("report", "latest", "--format", "md").stdout


def test_a_threshold_that_is_crossed_ends_with_1_only_if_it_is_checked(
    run: Callable[..., subprocess.CompletedProcess[str]], bench: Bench
) -> None:
    done = run(["p50 < 1ms"])

    assert done.returncode == 0
    assert "CROSSED" in done.stdout
    assert bench("report", "latest").returncode == 0
    assert bench("report", "latest", "--check").returncode == 1
    assert run(["p50 < 1ms"], "--check").returncode == 1


def test_an_inconclusive_one_fails_only_where_that_is_asked_for(
    run: Callable[..., subprocess.CompletedProcess[str]], bench: Bench
) -> None:
    done = run(["p50 < 1ms"], "--check", "--repeat", "1")

    assert (done.returncode, "inconclusive" in done.stdout) == (0, True)
    asked = bench("report", "latest", "--check", "--fail-on-inconclusive")
    assert asked.returncode == 5


def test_a_level_that_was_not_run_is_never_passed(bench: Bench, write: Write) -> None:
    text = EXPERIMENT.format(thresholds='[{ check = "p50 < 5s", users = 2 }]')
    write("quick.toml", text)

    done = bench("run", "./quick.toml", "--users", "1", "--repeat", "1", "--check")

    assert done.returncode == 3
    assert "No step of this run counts" not in done.stderr
    assert "it is no level of this run, which has 1 user" in " ".join(done.stdout.split())


def test_a_run_in_which_nothing_counts_says_so_and_why(
    run: Callable[..., subprocess.CompletedProcess[str]], write: Write
) -> None:
    write("service.py", FAILING)

    done = run(["error_ratio < 1%"], "--repeat", "1")

    assert done.returncode == 3
    assert re.search(r"No step of this run counts \([a-z, -]*errors\)", done.stderr)


def test_failing_requests_cross_a_threshold_although_no_step_is_valid(
    run: Callable[..., subprocess.CompletedProcess[str]], write: Write
) -> None:
    write("service.py", FAILING)

    assert run(["error_ratio < 1%"], "--check", "--repeat", "1").returncode == 1


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--check",), "nothing to check"),
        (("--fail-on-inconclusive",), "give both"),
    ],
)
def test_a_check_of_nothing_is_a_usage_error_before_anything_is_run(
    run: Callable[..., subprocess.CompletedProcess[str]],
    tmp_path: Path,
    options: tuple[str, ...],
    complaint: str,
) -> None:
    done = run([], *options)

    assert done.returncode == 2
    assert complaint in " ".join(done.stderr.replace("│", " ").split())
    assert not (tmp_path / "results").exists()
