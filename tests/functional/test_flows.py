"""Declared flows in the real generator, beside users of other kinds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Launch = Callable[..., Any]

MIXED = """
from locust import constant, task
from bench.load.flows.users import FlowUser, Request
from bench.load.users import HttpUser


def is_impossible(answer):
    raise RuntimeError("never good")


class Declared(FlowUser):
    weight = 2
    values = {"ms": {"choice": [1, 2]}}
    flow = [
        Request("/sleep/${ms}", name="sleep", expect={"body": "ok"}, think=0.01),
        Request("/status/200", name="checked", check=is_impossible),
    ]


class Coded(HttpUser):
    wait_time = constant(0.01)

    @task
    def get(self):
        self.client.get("/status/200", name="coded")
"""


@pytest.mark.parametrize("load", [{"users": 6}, {"rate": 60}])
def test_declared_and_coded_users_work_side_by_side_in_both_models(
    launch: Launch, load: dict[str, int]
) -> None:
    generator = launch(scenario=MIXED)
    generator.hear("ready")
    drained = generator.drive(load, window_s=2.0)
    assert generator.quit() == 0
    assert drained["censored"] == 0
    counts: dict[tuple[str, str], int] = {}
    for one in generator.requests():
        key = one.name, one.outcome
        counts[key] = counts.get(key, 0) + one.requests
    assert counts.keys() == {("sleep", "ok"), ("checked", "check-failed"), ("coded", "ok")}
    assert counts["sleep", "ok"] == pytest.approx(counts["checked", "check-failed"], abs=12)
    texts = {one.text for one in generator.slices() if one.type == "failure"}
    assert texts == {"a check raised RuntimeError: never good"}


def test_users_of_a_flow_are_counted_by_locust_and_gone_after_the_step(launch: Launch) -> None:
    generator = launch(flow=[{"path": "/sleep/20"}])
    generator.hear("ready")
    for step, users in enumerate((30, 3)):
        generator.drive({"users": users}, window_s=1.0, step=step)
    assert generator.quit() == 0
    in_flight = {
        step: max(one.in_flight for one in generator.own() if one.step == step) for step in (0, 1)
    }
    assert in_flight == {0: 30, 1: 3}


def test_a_flow_that_can_not_be_sent_is_the_scenarios_fault(launch: Launch) -> None:
    generator = launch(flow=[{"path": "no-slash"}])
    error = generator.hear("error")
    assert error["kind"] == "scenario"
    assert "no-slash" in error["message"]
