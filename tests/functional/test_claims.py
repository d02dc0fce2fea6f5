"""Claims of a suite of one's own, from the run to the verdict and the exit code."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Bench = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[[str, str], Path]

EXPERIMENT = """
title = "Which is slower?"
ready = "/"
repetitions = 2
window = "1s"
[variants.quick]
baseline = true
command = ["{python}", "{folder}/server.py", "{host}", "{port}", "0.002"]
[variants.slow]
command = ["{python}", "{folder}/server.py", "{host}", "{port}", "0.05"]
[[flow]]
path = "/"
[load]
users = [2]
"""

SERVER = """
import sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

host, port, wait_s = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    def do_GET(self):
        time.sleep(wait_s)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
    def log_message(self, *arguments):
        pass

ThreadingHTTPServer((host, port), Handler).serve_forever()
"""

SUITE = """
[claims.slow]
says = "Waiting for longer takes longer."
[[claims.slow.holds]]
experiment = "waiting"
check = "slow.p50 > 3 * quick.p50"
where = "two users"

[claims.equal]
says = "It makes no difference."
[[claims.equal.holds]]
experiment = "waiting"
check = "slow.p50 within 20% of quick.p50"

[claims.elsewhere]
says = "Something that nobody has measured."
[[claims.elsewhere.holds]]
experiment = "other"
check = "p50 < 3ms"
"""


@pytest.fixture
def measured(bench: Bench, write: Write) -> str:
    write("waiting.toml", EXPERIMENT)
    write("server.py", SERVER)
    write("suite.toml", SUITE)
    done = bench("run", "./waiting.toml", "--json")
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["run_id"])


def verdicts(document: dict[str, Any]) -> dict[str, str]:
    return {claim["id"]: claim["verdict"] for claim in document["claims"]}


def test_a_suite_of_ones_own_is_judged_by_a_run(
    bench: Bench, measured: str, tmp_path: Path
) -> None:
    done = bench("claims", measured, "--suite", "suite.toml", "--json")

    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    expected = {"slow": "supported", "equal": "refuted", "elsewhere": "not-measured"}
    assert verdicts(document) == expected
    (evidence,) = document["claims"][0]["evidence"]
    assert (evidence["run_id"], evidence["n"]) == (measured, 2)
    assert 3 < evidence["low"] < evidence["value"] < evidence["high"]

    for options in ((), ("--evidence",), ("--only", "slow"), ("--format", "md")):
        shown = bench("claims", measured, "--suite", "suite.toml", *options)
        assert shown.returncode == 0, shown.stderr
        assert "supported" in shown.stdout
    assert (
        "equal" not in bench("claims", measured, "--suite", "suite.toml", "--only", "slow").stdout
    )

    kept = tmp_path / "claims.json"
    kept.write_text(done.stdout)
    same = bench("claims", measured, "--suite", "suite.toml", "--expect", str(kept))
    assert same.returncode == 0, same.stderr
    changed = kept.write_text(done.stdout.replace('"refuted"', '"supported"'))
    assert changed
    other = bench("claims", measured, "--suite", "suite.toml", "--expect", str(kept))
    assert other.returncode == 1
    assert "equal: refuted, expected supported" in other.stderr


def test_what_can_not_be_judged_is_an_error_in_words(
    bench: Bench, write: Write, tmp_path: Path
) -> None:
    write("suite.toml", SUITE)
    write("sets.toml", '[sets]\nmine = ["waiting"]\n')
    write("claims.json", "{}")

    no_run = bench("claims", "20200101T000000Z-nothing", "--suite", "suite.toml")
    assert no_run.returncode == 2
    no_claims = bench("claims", "latest", "--suite", "sets.toml")
    assert no_claims.returncode == 2
    no_document = bench("claims", "latest", "--suite", "suite.toml", "--expect", "claims.json")
    assert (no_document.returncode, "no document of claims" in no_document.stderr) == (2, True)
    no_file = bench("claims", "latest", "--suite", "suite.toml", "--expect", "nowhere.json")
    assert (no_file.returncode, "can't be read" in no_file.stderr) == (2, True)


def test_an_experiment_that_the_machine_can_not_run_is_skipped_with_the_reason(
    bench: Bench, write: Write
) -> None:
    write("waiting.toml", EXPERIMENT)
    write("server.py", SERVER)
    write("suite.toml", SUITE.replace('"other"', '"large"'))
    write("large.toml", f"needs = {{ cores = 1000 }}\n{EXPERIMENT}")
    planned = bench("plan", "./large.toml")
    assert "large is skipped: it needs 1000 cores" in " ".join(planned.stdout.split())

    alone = bench("run", "./large.toml")
    assert alone.returncode == 3
    assert "it needs 1000 cores" in alone.stderr

    both = bench("run", "./waiting.toml", "./large.toml", "--repeat", "1", "--json")
    assert both.returncode == 0, both.stderr
    assert "large is skipped" in both.stderr
    run_id = json.loads(both.stdout)["run_id"]
    assert "large was skipped" in " ".join(bench("report", run_id).stdout.split())
    judged = bench("claims", run_id, "--suite", "suite.toml", "--json")
    claims = {claim["id"]: claim for claim in json.loads(judged.stdout)["claims"]}
    assert claims["elsewhere"]["verdict"] == "not-measured"
    assert "large was skipped: it needs 1000 cores" in claims["elsewhere"]["because"]


def test_what_an_experiment_needs_is_prepared_before_its_trials(
    bench: Bench, write: Write, tmp_path: Path
) -> None:
    write("server.py", SERVER)
    prepare = '[["sh", "-c", "test -e {folder}/ready || exit 9; echo yes > {folder}/was"]]'
    write("waiting.toml", f"needs = {{ prepare = {prepare} }}\n{EXPERIMENT}")

    failed = bench("run", "./waiting.toml", "--repeat", "1")
    assert (failed.returncode, "exit code 9" in failed.stderr) == (3, True)

    (tmp_path / "ready").touch()
    done = bench("run", "./waiting.toml", "--repeat", "1", "--variants", "quick")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "was").exists()
