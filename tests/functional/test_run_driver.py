"""A driver of one's own: whatever speaks docs/reference/driver-protocol.md can be measured."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.model.run import RunDocument
from bench.storage.reading_runs import list_runs

Bench = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[[str, str], Path]

EXPERIMENT = """
title = "How many deliveries does an open connection see?"
driver = ["{python}", "{folder}/driver.py"]
repetitions = 1
variants.mine = { app = "service:app", server = { name = "uvicorn" }, ready = "/" }
strata = { flavour = ["sweet"] }
load = { users = [2] }
"""

DRIVER = """
import json
import os
import select
import socket
import time
import urllib.request

from hdrh.histogram import HdrHistogram

control = socket.socket(fileno=int(os.environ["PAIRBENCH_CONTROL_FD"]))
lines = control.makefile("rb", buffering=0)


def say(event, **fields):
    control.sendall(json.dumps({"event": event, **fields}).encode() + b"\\n")


def append(variable, *records):
    with open(os.environ[variable], "a") as file:
        file.writelines(json.dumps(record) + "\\n" for record in records)


def histogram(*values_us):
    recorded = HdrHistogram(1, 3_600_000_000, 3)
    for value in values_us:
        recorded.record_value(value)
    return recorded.encode().decode()


def slices(step, number, phase):
    # two users, ten requests a second each, 100 ms per request
    same = {"step": step, "phase": phase, "slice": number}
    response_us = histogram(*[100_000] * 20)
    yield same | {
        "type": "requests", "group": "users", "name": "delivery", "outcome": "ok",
        "requests": 20, "completed": 20, "bytes_received": 2000, "response_us": response_us,
        "service_us": None,
    }
    yield same | {
        "type": "generator", "loop_lag_us": None, "cpu_s": 0.0, "core_wait_s": None,
        "in_flight": 2, "think_s": 0.0, "reconnects": 0,
    }


def drive(step, load):
    assert load == {"users": 2}
    origin_s = time.monotonic()
    say("started", step=step, t_s=origin_s)
    while not select.select([control], [], [], 0.2)[0]:
        elapsed_s = time.monotonic() - origin_s
        say("progress", step=step, t_s=time.monotonic(), completed=int(20 * elapsed_s))
    window = json.loads(lines.readline())
    assert window["do"] == "window"
    time.sleep(window["closes_at_s"] - time.monotonic())
    opens, closes = (round(window[edge] - origin_s) for edge in ("opens_at_s", "closes_at_s"))
    for number in range(closes):
        phase = "window" if number >= opens else "warm-up"
        append("PAIRBENCH_SLICES", *slices(step, number, phase))
    with urllib.request.urlopen(os.environ["PAIRBENCH_TARGET_URL"] + "/") as answer:
        assert answer.read().decode() == os.environ["STRATUM_FLAVOUR"]
    for value in (1.0, 2.0, 3.0):
        t_s = window["opens_at_s"] + 0.1 * value
        observation = {"t_s": t_s, "name": "delivery-delay", "value": value, "unit": "s"}
        append("PAIRBENCH_OBSERVATIONS", observation)
    say("drained", step=step, t_s=time.monotonic(), censored=0)


say("ready")
while line := lines.readline():
    match json.loads(line):
        case {"do": "probe"}:
            say("answers", answers=None)
        case {"do": "start", "step": step, "load": load}:
            drive(step, load)
        case {"do": "stop"}:
            say("stopped", step=step)
        case {"do": "quit"}:
            break
time.sleep(0.3)  # what it does last takes a moment, and it is given one
print("all done")
"""


def test_a_driver_of_ones_own_is_obeyed_and_believed(
    bench: Bench, write: Write, tmp_path: Path
) -> None:
    write("own-driver.toml", EXPERIMENT)
    write("driver.py", DRIVER)
    done = bench("run", "own-driver.toml", "--duration", "2s", "--json")
    assert done.returncode == 0, done.stderr
    steps = RunDocument.model_validate_json(done.stdout).steps
    (row,) = [step for step in steps if step.name is None]
    assert row.valid
    assert (row.requests, row.throughput_per_s) == (40, 20.0)
    assert row.p50_s == pytest.approx(0.1, rel=0.001)
    seen = row.observations["delivery-delay"]
    assert (seen.n, seen.median, seen.max, seen.unit) == (3, 2.0, 3.0, "s")
    assert row.rss_bytes is not None
    assert {step.name for step in steps} == {None, "delivery"}
    (path,) = list_runs(tmp_path / "results")
    assert "all done" in (path / "trials/001-own-driver-mine/generator.log").read_text()


def test_a_driver_that_does_not_leave_is_ended(bench: Bench, write: Write) -> None:
    stubborn = DRIVER.replace("time.sleep(0.3)", "time.sleep(3600)").replace(
        'say("ready")', 'signal.signal(signal.SIGTERM, signal.SIG_IGN)\nsay("ready")'
    )
    write("own-driver.toml", EXPERIMENT)
    write("driver.py", f"import signal\n{stubborn}")
    done = bench("run", "own-driver.toml", "--duration", "2s", "--json")
    assert done.returncode == 0, done.stderr
    steps = RunDocument.model_validate_json(done.stdout).steps
    assert all(step.valid for step in steps if step.name is None)


def test_a_driver_that_ends_early_is_said_to_with_its_last_words(
    bench: Bench, write: Write
) -> None:
    write("own-driver.toml", EXPERIMENT)
    write("driver.py", 'raise SystemExit("there is no way")')
    done = bench("run", "own-driver.toml", "--duration", "1s")
    assert done.returncode == 3
    assert "The driver ended before its time" in done.stderr
    assert "there is no way" in done.stderr
    assert "Traceback" not in done.stderr
