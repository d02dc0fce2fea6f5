"""`bench run`, end to end: real targets, the real generator, and a run folder that reads."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.model.run import RunDocument, StoredRun
from bench.model.summary import StepRow
from bench.storage.reading_runs import list_runs, read_run

Bench = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[[str, str], Path]

STEP_FIELDS = (
    *("trial", "experiment", "variant", "arm", "repetition", "stratum", "mode", "load", "valid"),
    *("cautions", "window_s", "name", "requests", "throughput_per_s", "error_ratio", "censored"),
    *("late", "dropped", "p50_s", "p90_s", "p95_s", "p99_s", "p999_s", "max_s", "service_p50_s"),
    *("service_p99_s", "cpu_s_per_request", "rss_bytes", "pss_bytes", "threads"),
    *("context_switches_per_request", "loop_lag_p99_s", "bystander_p50_s", "bystander_p99_s"),
    "observations",
)
COMPARISON_FIELDS = (
    *("experiment", "stratum", "load", "quantity", "candidate", "baseline", "ratio", "low", "high"),
    *("level", "n", "method", "trials"),
)

TEN_LINES = """
title = "How fast is mine?"
repetitions = 1
[variants.mine]
command = ["{python}", "-m", "uvicorn", "service:app", "--host", "{host}", "--port", "{port}"]
ready = "/"
[[flow]]
path = "/"
[load]
users = [2]
"""

PAIR = """
title = "Do two variants compare?"
scenario = "users.py"
ready = "/"
repetitions = 1

[strata]
flavour = ["sweet-and-sour"]

[variants.asyncio]
baseline = true
app = "service:app"
server = { name = "uvicorn", loop = "asyncio", http = "h11" }

[variants.uvloop]
app = "service:app"
server = { name = "uvicorn", loop = "uvloop", http = "httptools" }

[same]
tasks = 1

[load]
users = [2]
"""

SCENARIO = """
import os

from locust import task

from bench.load.users import HttpUser


class Taster(HttpUser):
    @task
    def taste(self):
        with self.client.get("/" + os.environ["STRATUM_FLAVOUR"], catch_response=True) as answer:
            if answer.text != "sweet-and-sour":
                answer.failure(answer.text)
"""

LOCUSTFILE = """
from locust import FastHttpUser, constant, task


class Visitor(FastHttpUser):
    wait_time = constant(0.01)

    @task
    def visit(self):
        self.client.get("/plain", name="a visit")
"""

STOCK = """
title = "Does a plain locustfile run?"
scenario = "locustfile.py"
repetitions = 1
variants.mine = { app = "service:app", server = { name = "uvicorn" }, ready = "/" }
load = { users = [2] }
"""

SLOW_SERVICE = """
import asyncio

from service import app as quick


async def app(scope, receive, send):
    await asyncio.sleep(0.15)
    await quick(scope, receive, send)
"""


def measured(done: subprocess.CompletedProcess[str], exit_code: int = 0) -> RunDocument:
    """Return the one document on stdout; nothing else may stand there."""
    assert done.returncode == exit_code, done.stderr
    assert "Traceback" not in done.stderr
    return RunDocument.model_validate_json(done.stdout)


def stored(folder: Path) -> StoredRun:
    (path,) = list_runs(folder / "results")
    return read_run(path)


def of_all_requests(document: RunDocument) -> StepRow:
    (row,) = [row for row in document.steps if row.name is None]
    return row


def test_ten_lines_measure_a_service_of_ones_own(
    bench: Bench, write: Write, tmp_path: Path
) -> None:
    assert len(TEN_LINES.strip().splitlines()) <= 10
    write("mine.toml", TEN_LINES)
    done = bench("run", "mine.toml", "--duration", "1s", "--json")

    document = measured(done)
    row = of_all_requests(document)
    assert (row.experiment, row.variant, row.load.model_dump()) == ("mine", "mine", {"users": 2})
    assert row.requests > 0
    assert row.errors == {}
    for quantity in ("cpu_s_per_request", "rss_bytes", "threads", "context_switches_per_request"):
        assert getattr(row, quantity) is not None
    assert row.late is None
    assert row.bystander_p99_s is None

    written: dict[str, Any] = json.loads(done.stdout)
    assert all(set(STEP_FIELDS) <= step.keys() for step in written["steps"])
    run = stored(tmp_path)
    assert run.unfinished == ()
    assert run.record.argv == ("run", "mine.toml", "--duration", "1s", "--json", "--no-report")
    (trial,) = run.trials
    assert trial.trial.failure is None
    folder = run.path / "trials" / "001-mine-mine"
    for name in ("slices.jsonl", "readings.jsonl", "answers.json", "target.log", "generator.log"):
        assert (folder / name).exists()
    every_format_tells_of_the_same_run(bench, document)


def every_format_tells_of_the_same_run(bench: Bench, document: RunDocument) -> None:
    assert measured(bench("report", "latest", "--format", "json")) == document
    for output in ("terminal", "md", "csv"):
        told = bench("report", document.path, "--format", output)
        assert told.returncode == 0
        assert told.stderr == ""
        assert "mine" in told.stdout


def test_variants_are_compared_and_a_stratum_reaches_target_and_scenario(
    bench: Bench, write: Write
) -> None:
    write("pair.toml", PAIR)
    write("users.py", SCENARIO)
    done = bench("run", "pair.toml", "--duration", "1s", "--json")

    document = measured(done)
    rows = [row for row in document.steps if row.name is None]
    assert {row.variant for row in rows} == {"asyncio", "uvloop"}
    for row in rows:
        assert row.stratum == {"flavour": "sweet-and-sour"}
        assert row.requests > 0
        assert row.errors == {}
    assert {row.name for row in document.steps} == {None, "GET /sweet-and-sour"}

    assert {each.quantity for each in document.comparisons} >= {
        "throughput_per_s",
        "cpu_s_per_request",
    }
    for comparison in document.comparisons:
        assert (comparison.candidate, comparison.baseline) == ("uvloop", "asyncio")
        assert comparison.low is None or comparison.method == "exact"  # one pair has no interval
    written: dict[str, Any] = json.loads(done.stdout)
    assert all(set(COMPARISON_FIELDS) <= each.keys() for each in written["comparisons"])


def test_a_plain_locustfile_runs(bench: Bench, write: Write) -> None:
    write("stock.toml", STOCK)
    write("locustfile.py", LOCUSTFILE)
    document = measured(bench("run", "stock.toml", "--duration", "1s", "--json"))
    row = of_all_requests(document)
    assert row.requests > 0
    assert row.errors == {}
    assert row.p99_s is not None
    assert {each.name for each in document.steps} == {None, "a visit"}


def test_a_level_whose_window_is_too_short_is_skipped_and_named(bench: Bench, write: Write) -> None:
    write("slow.toml", TEN_LINES.replace("service:app", "slow:app"))
    write("slow.py", SLOW_SERVICE)
    done = bench("run", "slow.toml", "--duration", "1s", "--json")
    row = of_all_requests(measured(done, exit_code=3))  # for nothing was measured
    assert row.cautions == ("level-skipped",)
    assert not row.valid
    assert row.p50_s is None
    assert "--duration 2s or more" in bench("report", "latest").stdout
