"""Shapes of twelve experiments, most of queueing laws: `nox -s smoke`, nothing else running.

These laws hold on a slow and noisy machine too; how fast it is does not matter. All are measured in
one run, `bench run --preset smoke`. One re-measurement of an experiment is allowed, for what else
may happen on a shared machine in some minutes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Row = dict[str, Any]
Judge = Callable[[list[Row]], None]


def measure(folder: Path, *names: str) -> list[Row]:
    command = [
        sys.executable,
        "-P",
        "-m",
        "bench",
        "run",
        *names,
        "--preset",
        "smoke",
        "--json",
        "--no-report",
    ]
    done = subprocess.run(
        [*command, "--results", str(folder)], stdout=subprocess.PIPE, timeout=900, check=False
    )
    return [step for step in json.loads(done.stdout)["steps"] if step["name"] is None]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    return measure(tmp_path_factory.mktemp("smoke"))


@pytest.fixture
def holds(whole: list[Row], tmp_path: Path) -> Callable[[str, Judge], None]:
    """Judge an experiment; if the judgement fails, measure it once more."""

    def judge_twice(name: str, judge: Judge) -> None:
        try:
            judge([row for row in whole if row["experiment"] == name])
        except AssertionError:
            judge(measure(tmp_path, name))

    return judge_twice


def pick(rows: list[Row], variant: str, load: dict[str, float] | None = None, **where: Any) -> Row:
    (found,) = [
        row
        for row in rows
        if row["variant"] == variant
        and (load is None or row["load"] == load)
        and where.items() <= row["stratum"].items()
    ]
    return found


def valid(rows: list[Row]) -> list[Row]:
    doubted = {(r["variant"], str(r["load"])): r["cautions"] for r in rows if not r["valid"]}
    assert rows
    assert doubted == {}
    return rows


Holds = Callable[[str, Judge], None]


def test_forty_threads_serve_forty_requests_at_a_time(holds: Holds) -> None:
    def judge(rows: list[Row]) -> None:
        valid(rows)
        few = [
            pick(rows, variant, {"users": 10})["throughput_per_s"]
            for variant in ("wsgi-threads", "asgi-threadpool", "asgi-async")
        ]
        assert max(few) <= 1.15 * min(few)
        for variant in ("wsgi-threads", "asgi-threadpool"):
            many = pick(rows, variant, {"users": 200})["throughput_per_s"]
            assert many == pytest.approx(40 / 0.1, rel=0.15)
        assert pick(rows, "asgi-async", {"users": 200})["throughput_per_s"] >= 2.5 * 40 / 0.1

    holds("io-concurrency", judge)


def test_a_blocked_loop_serves_one_request_at_a_time(holds: Holds) -> None:
    def judge(rows: list[Row]) -> None:
        valid(rows)
        blocked, free = pick(rows, "blocking-client"), pick(rows, "async-client")
        assert blocked["throughput_per_s"] == pytest.approx(1 / 0.1, rel=0.15)
        assert free["throughput_per_s"] >= 5 * blocked["throughput_per_s"]
        assert blocked["bystander_p99_s"] >= 10 * free["bystander_p99_s"]

    holds("blocking-call", judge)


def test_one_slow_route_is_felt_by_everyone_where_it_holds_the_loop(holds: Holds) -> None:
    def judge(rows: list[Row]) -> None:
        valid(rows)
        inline, offloaded = pick(rows, "inline-sleep"), pick(rows, "offloaded-sleep")
        assert inline["bystander_p99_s"] >= 5 * offloaded["bystander_p99_s"]

    holds("loop-stall", judge)


def test_blocking_work_is_served_by_as_many_threads_as_there_are(holds: Holds) -> None:
    def judge(rows: list[Row]) -> None:
        valid(rows)
        for variant in ("default-limiter", "limiter-200", "asyncio-executor", "private-limiter"):
            row = pick(rows, variant)
            tokens = row["observations"]["thread_tokens"]["median"]
            served_at_once = min(tokens, row["load"]["users"])
            assert row["throughput_per_s"] == pytest.approx(served_at_once / 0.2, rel=0.15)

    holds("thread-limiter", judge)


def test_routes_that_share_the_threads_wait_with_the_work(holds: Holds) -> None:
    def judge(rows: list[Row]) -> None:
        valid(rows)
        shared, private = pick(rows, "default-limiter"), pick(rows, "private-limiter")
        assert shared["bystander_p99_s"] >= 0.2
        assert private["bystander_p99_s"] <= 0.05

    holds("thread-limiter-shared", judge)


def test_a_pool_of_connections_caps_waiting_queries(holds: Holds) -> None:
    def judge(rows: list[Row]) -> None:
        for row in valid(rows):
            assert row["throughput_per_s"] == pytest.approx(15 / 0.2, rel=0.15)

    holds("database", judge)


def test_a_pool_serves_as_many_queries_as_it_has_connections(holds: Holds) -> None:
    def judge(rows: list[Row]) -> None:
        valid(rows)
        for variant, connections in (("pool-5", 5), ("pool-15", 15), ("pool-50", 50)):
            row = pick(rows, variant)
            assert row["throughput_per_s"] == pytest.approx(connections / 0.2, rel=0.15)

    holds("pool-exhaustion", judge)


def test_a_session_held_through_a_stream_is_a_connection_held(holds: Holds) -> None:
    def judge(rows: list[Row]) -> None:
        valid(rows)
        held, given_back = pick(rows, "request-scope"), pick(rows, "function-scope")
        assert held["throughput_per_s"] == pytest.approx(15 / 0.2, rel=0.15)
        assert given_back["throughput_per_s"] == pytest.approx(30 / 0.2, rel=0.15)

    holds("session-scope", judge)


def test_a_blocking_check_serves_one_request_after_the_other(holds: Holds) -> None:
    def judge(rows: list[Row]) -> None:
        valid([row for row in rows if row["variant"] != "without"])
        many = {"users": 50}
        blocking, awaited = pick(rows, "blocking", many), pick(rows, "awaited", many)
        assert 0.7 / 0.005 <= blocking["throughput_per_s"] <= 1 / 0.005
        assert blocking["p50_s"] >= 5 * awaited["p50_s"]
        without, one = pick(rows, "without", {"users": 1}), pick(rows, "blocking", {"users": 1})
        assert without["p50_s"] <= 0.001  # steady or not: its tenths don't show beside 5 ms
        assert 0.0045 <= one["p50_s"] - without["p50_s"] <= 0.007

    holds("middleware-check", judge)


def test_a_connection_is_used_again_before_the_job_has_ended(holds: Holds) -> None:
    def judge(rows: list[Row]) -> None:
        waited = pick(valid(rows), "async-task")["observations"]["waited_for_job"]
        assert (waited["n"] >= 15, waited["max"]) == (True, 0.0)

    holds("background-reuse", judge)


def test_jobs_are_lost_and_kept_one_by_one(holds: Holds) -> None:
    def judge(rows: list[Row]) -> None:
        valid(rows)

        def share(variant: str, name: str, case: str) -> float:
            return float(pick(rows, variant, case=case)["observations"][name]["median"])

        assert share("unreferenced", "lost", "future") == 1.0
        assert share("kept", "lost", "future") == 0.0
        assert share("kept", "ended", "shutdown") == 0.0
        assert share("background-tasks", "ended", "shutdown") == 1.0

    holds("fire-and-forget", judge)


def test_three_calls_take_three_times_as_long_one_after_the_other(holds: Holds) -> None:
    def judge(rows: list[Row]) -> None:
        valid(rows)
        for variant in ("gathered", "task-group"):
            ratio = pick(rows, "sequential")["p50_s"] / pick(rows, variant)["p50_s"]
            assert 2.5 <= ratio <= 3.2

    holds("gather", judge)
