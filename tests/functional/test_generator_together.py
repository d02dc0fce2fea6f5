"""Generators that begin a step at a given moment, and keep out of each other's way."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

Launch = Callable[..., Any]


def test_a_step_begins_at_the_moment_that_it_is_given(launch: Launch, server_url: str) -> None:
    generator = launch(flow=[{"path": "/sleep/5"}])
    generator.hear("ready")
    asked_s = time.monotonic()
    at_s = asked_s + 0.5
    generator.say("start", step=0, load={"users": 3}, spread_s=0.0, seed=8, at_s=at_s)
    assert generator.hear("started")["t_s"] == at_s
    assert generator.hear("progress")["completed"] > 0
    assert time.monotonic() > at_s
    generator.say("stop")
    generator.hear("stopped")
    with urllib.request.urlopen(f"{server_url}/stamps") as response:
        began_s = [began_s for began_s, _ in json.load(response) if began_s >= asked_s]
    assert min(began_s) >= at_s
    assert generator.quit() == 0


def test_a_moment_that_is_over_is_now(launch: Launch) -> None:
    generator = launch(flow=[{"path": "/sleep/5"}])
    generator.hear("ready")
    asked_s = time.monotonic()
    generator.drive({"users": 1}, at_s=asked_s - 100, window_s=1.0)
    assert generator.opens_s - 1 >= asked_s  # the window opens a second after the origin
    assert generator.quit() == 0


@pytest.mark.parametrize(("shift", "scheduled"), [(0.0, 20), (15.0, 15)])
def test_all_schedules_are_shifted_by_so_many_gaps(
    launch: Launch, shift: float, scheduled: int
) -> None:
    # 10 a second in the window from the 1st second to the 3rd; or from 1.5 s on
    generator = launch(
        flow=[{"path": "/sleep/1"}], bystander={"rate": 10, "path": "/status/200"}, arrivals="even"
    )
    generator.hear("ready")
    generator.drive({"rate": 10.0}, shift=shift)
    assert generator.quit() == 0
    for group in ("users", "bystander"):
        assert sum(line.scheduled for line in generator.scheduled(group=group)) == scheduled


def test_half_a_gap_lies_between_the_schedules_of_two_arms(launch: Launch) -> None:
    generator = launch(flow=[{"path": "/sleep/1"}], arrivals="even")
    generator.hear("ready")
    generator.drive({"rate": 0.5}, window_s=3.0)
    generator.drive({"rate": 0.5}, window_s=3.0, step=1, shift=0.5)
    assert generator.quit() == 0
    # of gaps of 2 s: what is due in one second without a shift is due in the next one with it
    due = [
        {line.slice for line in generator.scheduled() if line.step == step and line.scheduled}
        for step in (0, 1)
    ]
    assert due[0]
    assert not due[0] & due[1]
