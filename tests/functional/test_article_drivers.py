"""The drivers of the built-in experiments, each in a short run: what they count is exact."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

Bench = Callable[..., subprocess.CompletedProcess[str]]


def measure(bench: Bench, *arguments: str) -> list[dict[str, Any]]:
    done = bench("run", *arguments, "--repeat", "1", "--json")
    assert done.returncode == 0, done.stderr
    steps = [step for step in json.loads(done.stdout)["steps"] if step["name"] is None]
    assert all(step["valid"] for step in steps), [step["cautions"] for step in steps]
    return steps


def told(steps: list[dict[str, Any]], variant: str, name: str, **stratum: str) -> dict[str, Any]:
    (step,) = [
        step
        for step in steps
        if step["variant"] == variant and stratum.items() <= step["stratum"].items()
    ]
    observed: dict[str, Any] = step["observations"][name]
    return observed


@pytest.mark.slow
def test_a_connection_serves_again_before_the_job_of_its_first_request_has_ended(
    bench: Bench,
) -> None:
    steps = measure(
        bench, "background-reuse", "--duration", "3s", "--variants", "async-task,blocking-task"
    )

    assert told(steps, "async-task", "waited_for_job")["max"] == 0.0
    assert told(steps, "async-task", "waited_for_job")["n"] >= 5
    assert told(steps, "blocking-task", "waited_for_job")["median"] == 1.0


@pytest.mark.slow
def test_a_connection_that_is_to_be_closed_does_not_wait_for_the_job(bench: Bench) -> None:
    steps = measure(
        bench, "background-close", "--duration", "3s", "--variants", "async-task,blocking-task"
    )

    assert told(steps, "async-task", "waited_for_job")["max"] == 0.0
    assert told(steps, "blocking-task", "waited_for_job")["median"] == 1.0


@pytest.mark.slow
def test_workers_are_renewed_under_load_without_a_loss(bench: Bench) -> None:
    steps = measure(bench, "reload", "--duration", "9s", "--variants", "gunicorn-threads")

    assert told(steps, "gunicorn-threads", "failed")["max"] == 0.0
    assert told(steps, "gunicorn-threads", "reloaded")["median"] == 1.0
    assert told(steps, "gunicorn-threads", "drain")["n"] >= 1


@pytest.mark.slow
def test_jobs_are_done_by_workers_that_are_replaced_meanwhile(bench: Bench) -> None:
    steps = measure(bench, "reload-jobs", "--duration", "9s", "--variants", "uvicorn")

    assert told(steps, "uvicorn", "background_lost")["max"] == 0.0


@pytest.mark.slow
def test_jobs_that_nobody_waits_for_are_counted_one_by_one(bench: Bench) -> None:
    steps = measure(bench, "fire-and-forget", "--duration", "3s")

    assert told(steps, "unreferenced", "lost", case="future")["median"] == 1.0
    for variant in ("kept", "background-tasks"):
        assert told(steps, variant, "lost", case="future")["max"] == 0.0
        assert told(steps, variant, "ended", case="sleep")["median"] == 1.0
    assert told(steps, "unreferenced", "ended", case="sleep")["median"] == 1.0
    assert told(steps, "kept", "ended", case="shutdown")["max"] == 0.0
    assert told(steps, "background-tasks", "ended", case="shutdown")["median"] == 1.0


def test_only_a_websocket_has_two_directions(bench: Bench) -> None:
    steps = measure(bench, "stream-directions", "--duration", "2s")

    assert told(steps, "websocket", "delivered")["median"] == 1.0
    assert told(steps, "server-sent-events", "delivered")["max"] == 0.0


def test_connections_are_held_from_level_to_level(bench: Bench) -> None:
    options = ("--users", "1,50,100", "--duration", "1s", "--variants", "thread-each")

    steps = measure(bench, "connections-in-flight", *options)

    for step in steps:
        assert step["observations"]["connections"]["max"] == step["load"]["users"]
    threads = {step["load"]["users"]: step["threads"] for step in steps}
    assert threads[100] - threads[50] == 50


@pytest.mark.slow
def test_a_server_that_ends_answers_what_it_has_accepted(bench: Bench) -> None:
    steps = measure(bench, "shutdown", "--duration", "3s", "--variants", "uvicorn")

    assert told(steps, "uvicorn", "failed_before")["max"] == 0.0
    assert told(steps, "uvicorn", "drain")["n"] >= 1


@pytest.mark.slow
def test_what_takes_longer_than_the_limit_is_lost(bench: Bench) -> None:
    variants = "uvicorn,uvicorn-1s,gunicorn-threads-1s"
    steps = measure(bench, "shutdown-limits", "--duration", "6s", "--variants", variants)

    assert told(steps, "uvicorn", "failed_before")["max"] == 0.0
    assert told(steps, "uvicorn", "background_lost")["max"] == 0.0
    for variant in ("uvicorn-1s", "gunicorn-threads-1s"):
        assert told(steps, variant, "failed_before")["median"] == 25.0
        assert told(steps, variant, "background_lost")["median"] == 1.0


@pytest.mark.slow
def test_what_computes_is_found_and_what_sleeps_takes_another_look(bench: Bench) -> None:
    options = ("--variants", "record,idle,blockbuster,loop-lag-only", "--duration", "5s")
    done = bench("run", "profiling", *options, "--repeat", "1", "--json")
    if "ptrace" in done.stderr:
        pytest.skip("processes may not be looked into here")
    steps = [step for step in json.loads(done.stdout)["steps"] if step["name"] is None]

    assert told(steps, "record", "found", kind="cpu")["median"] == 1.0
    assert told(steps, "record", "found", kind="sleep")["median"] == 0.0
    assert told(steps, "idle", "found", kind="sleep")["median"] == 1.0
    for kind in ("cpu", "sleep"):
        assert told(steps, "loop-lag-only", "found", kind=kind)["median"] == 1.0
    assert told(steps, "blockbuster", "found", kind="cpu")["max"] == 0.0
    assert told(steps, "blockbuster", "found", kind="sleep")["median"] == 1.0
