"""The real generator, driven over a socket pair against a server that stamps what it does."""

from __future__ import annotations

import json
import signal
import socket
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hdrh.histogram import HdrHistogram

from bench.model.slices import (
    CensoredRequests,
    RequestSlice,
)

Launch = Callable[..., Any]
PATIENCE_S = 30.0


def total(slices: list[RequestSlice], field: str, outcome: str | None = None) -> int:
    return sum(getattr(one, field) for one in slices if outcome in (None, one.outcome))


def merged(encoded: list[str | None]) -> HdrHistogram:
    histogram = HdrHistogram(1, 3_600_000_000, 3)
    for one in encoded:
        if one is not None:
            histogram.decode_and_add(one)
    return histogram


def stamped(server_url: str, opens_s: float, closes_s: float) -> list[float]:
    """Return how long the server took for each /sleep that it read in the window, sorted."""
    with urllib.request.urlopen(f"{server_url}/stamps") as response:
        stamps = json.load(response)
    return sorted(done - began for began, done in stamps if opens_s <= began < closes_s)


def test_a_closed_step_agrees_with_what_the_server_stamped(launch: Launch, server_url: str) -> None:
    generator = launch(flow=[{"path": "/sleep/20"}])
    generator.hear("ready")
    assert generator.drive({"users": 5})["censored"] == 0
    assert generator.quit() == 0
    window = generator.requests()
    assert {(one.name, one.outcome, one.service_us) for one in window} == {
        ("GET /sleep/20", "ok", None)
    }
    server = stamped(server_url, generator.opens_s, generator.closes_s)
    # A request sent just before an edge is read by the server just after it: one for each user.
    assert abs(total(window, "requests") - len(server)) <= 10
    seen = merged([one.response_us for one in window])
    for percent in (50, 90):
        server_s = server[int(len(server) * percent / 100)]
        client_s = seen.get_value_at_percentile(percent) / 1e6
        assert server_s * 0.99 - 0.001 <= client_s <= server_s + 0.050
    assert generator.progress[-1]["completed"] >= total(window, "completed")


def test_slices_agree_with_what_the_scenario_itself_timed(launch: Launch, tmp_path: Path) -> None:
    generator = launch(
        scenario=f"""
        import random, time
        from locust import task
        from bench.load.users import HttpUser

        class Timing(HttpUser):
            @task
            def sleep(self):
                began = time.monotonic()
                self.client.get(f"/sleep/{{random.choice([5, 10, 40])}}", name="sleep")
                with open({str(tmp_path / "timed")!r}, "a") as file:
                    file.write(f"{{began}} {{time.monotonic() - began}}\\n")
        """
    )
    generator.hear("ready")
    generator.drive({"users": 4})
    assert generator.quit() == 0
    rows = [line.split() for line in (tmp_path / "timed").read_text().splitlines()]
    # Between the two clocks lies a fraction of a millisecond; at an edge that may be a request.
    timed = sorted(
        float(took)
        for began, took in rows
        if generator.opens_s <= float(began) < generator.closes_s
    )
    window = generator.requests()
    assert abs(total(window, "requests") - len(timed)) <= 4
    seen = merged([one.response_us for one in window])
    for percent in (50, 95):
        exact_s = timed[int(len(timed) * percent / 100)]
        # 5 ms allow for a busy machine in between the two clocks, and for the ranks at the edges.
        assert abs(seen.get_value_at_percentile(percent) / 1e6 - exact_s) <= exact_s * 0.01 + 0.005


def test_steps_follow_each_other_with_fresh_users(launch: Launch) -> None:
    generator = launch(
        flow=[
            {
                "path": "/status/201",
                "method": "POST",
                "json": {"a": 1},
                "status": 201,
                "think": 0.01,
            },
            {"path": "/status/404", "status": 404, "name": "missing"},
            {"path": "/status/503"},
            {"path": "/sleep/0", "status": 201, "name": "wrong", "think": 0.02},
        ]
    )
    generator.hear("ready")
    generator.drive({"users": 2}, window_s=1.0)
    generator.drive({"users": 4}, window_s=1.0, step=1)
    assert generator.quit() == 0
    window = generator.requests()
    assert {(one.name, one.outcome) for one in window} == {
        ("POST /status/201", "ok"),
        ("missing", "ok"),
        ("GET /status/503", "http-503"),
        ("wrong", "check-failed"),
    }
    assert {one.step for one in window} == {0, 1}
    by_step = Counter(dict.fromkeys((0, 1), 0.0))
    for one in generator.own():
        if one.phase == "window":
            by_step[one.step] += one.think_s
    assert 0 < by_step[0] <= 2.05
    assert by_step[0] < by_step[1] <= 4.1


def test_in_the_open_model_a_stalled_server_is_seen_from_the_intended_send(launch: Launch) -> None:
    generator = launch(flow=[{"path": "/sleep/500"}], max_users=10)
    generator.hear("ready")
    drained = generator.drive({"rate": 40}, window_s=3.0)
    assert generator.quit() == 0
    assert drained["censored"] == 0
    slices = generator.scheduled()
    scheduled, dropped = sum(one.scheduled for one in slices), sum(one.dropped for one in slices)
    assert abs(scheduled - 120) <= 1
    # Ten users that need half a second each do twenty tasks a second: the rest is dropped.
    assert dropped >= scheduled * 0.4
    window = generator.requests()
    assert total(window, "requests") == scheduled - dropped
    response = merged([one.response_us for one in window])
    service = merged([one.service_us for one in window])
    assert service.total_count == response.total_count == total(window, "requests")
    assert response.get_min_value() >= service.get_min_value() >= 499_000


def test_response_time_counts_the_time_that_a_generator_was_late(launch: Launch) -> None:
    generator = launch(
        arrivals="poisson",
        scenario="""
        from gevent import monkey
        from locust import task
        from bench.load.users import HttpUser

        block = monkey.get_original("time", "sleep")

        class Blocking(HttpUser):
            @task
            def get(self):
                self.client.get("/sleep/0", name="get")
                block(0.05)
        """,
    )
    generator.hear("ready")
    generator.drive({"rate": 10}, window_s=2.0)
    assert generator.quit() == 0
    own = [one for one in generator.own() if one.phase == "window"]
    window = generator.requests()
    assert sum(one.late for one in generator.scheduled()) > 0
    response = merged([one.response_us for one in window])
    service = merged([one.service_us for one in window])
    assert response.get_mean_value() > service.get_mean_value()
    assert merged([one.loop_lag_us for one in own]).get_max_value() >= 30_000


def test_poisson_arrivals_come_unevenly_at_the_same_rate(launch: Launch) -> None:
    generator = launch(flow=[{"path": "/sleep/1"}], arrivals="poisson")
    generator.hear("ready")
    generator.drive({"rate": 300}, window_s=2.0)
    assert generator.quit() == 0
    by_slice = Counter({one.slice: 0 for one in generator.own() if one.phase == "window"})
    for one in generator.scheduled():
        by_slice[one.slice] += one.scheduled
    assert abs(sum(by_slice.values()) - 600) < 150
    assert list(by_slice.values()) != [300, 300]


def test_a_bystander_calls_evenly_beside_the_users_and_is_not_one(launch: Launch) -> None:
    generator = launch(flow=[{"path": "/sleep/50"}], bystander={"rate": 20, "path": "/status/200"})
    generator.hear("ready")
    assert [answer.name for answer in generator.probe(1)] == ["GET /sleep/50", "GET /status/200"]
    generator.drive({"users": 2})
    assert generator.quit() == 0
    bystander = generator.requests(group="bystander")
    assert {(one.name, one.outcome) for one in bystander} == {("GET /status/200", "ok")}
    assert abs(total(bystander, "requests") - 40) <= 1
    assert merged([one.service_us for one in bystander]).total_count == total(bystander, "requests")
    users = [one for one in generator.slices() if isinstance(one, RequestSlice)]
    completed = sum(one.completed for one in users if one.group == "users")
    assert generator.progress[-1]["completed"] <= completed


def test_what_never_ends_is_censored_at_the_deadline_with_its_age(launch: Launch) -> None:
    generator = launch(flow=[{"path": "/never"}], bystander={"rate": 10, "path": "/never"})
    generator.hear("ready")
    generator.say("start", step=4, load={"rate": 20}, spread_s=0.0, seed=1)
    origin_s = generator.hear("started")["t_s"]
    generator.say(
        "window", opens_at_s=origin_s + 1, closes_at_s=origin_s + 2, deadline_s=origin_s + 2.5
    )
    drained = generator.hear("drained")
    assert drained["t_s"] >= origin_s + 2.5
    generator.say("stop")
    generator.hear("stopped")
    censored = [one for one in generator.slices() if isinstance(one, CensoredRequests)]
    assert sum(one.count for one in censored) == drained["censored"] == 30
    assert {(one.step, one.group, one.name) for one in censored} == {
        (4, "users", "GET /never"),
        (4, "bystander", "GET /never"),
    }
    ages = merged([one.age_us for one in censored])
    assert ages.get_min_value() >= 450_000
    assert ages.get_max_value() >= 1_400_000
    assert generator.requests() == []


def test_the_drain_waits_for_the_requests_of_the_window_alone(launch: Launch) -> None:
    generator = launch(flow=[{"path": "/sleep/700"}])
    generator.hear("ready")
    drained = generator.drive({"users": 3}, window_s=1.0)
    assert generator.quit() == 0
    assert drained["censored"] == 0
    window = generator.requests()
    # Three users, each of whose second or third request is sent in the window, ends after it.
    assert total(window, "requests") >= 3
    assert total(generator.requests(phase="drain"), "completed") >= 3


def test_a_plain_locustfile_runs_and_is_seen_from_its_sends(launch: Launch) -> None:
    generator = launch(
        scenario="""
        from locust import FastHttpUser, HttpUser, TaskSet, between, task

        class Fast(FastHttpUser):
            wait_time = between(0.01, 0.02)

            @task
            def get(self):
                self.client.get("/sleep/30", name="fast")

            @task
            def check(self):
                with self.client.get("/sleep/30", name="checked", catch_response=True) as answer:
                    answer.failure("no")

        class Slow(HttpUser):
            @task
            class Inner(TaskSet):
                @task
                def get(self):
                    self.client.get("/sleep/30")

                @task
                def fail(self):
                    self.client.post("/status/500", name="fails", json={"a": 1})
                    self.interrupt()
        """
    )
    generator.hear("ready")
    drained = generator.drive({"users": 4})
    generator.drive({"rate": 40}, step=1)
    assert generator.quit() == 0
    assert drained["censored"] == 0
    for step in (0, 1):
        window = [one for one in generator.requests() if one.step == step]
        assert {(one.name, one.outcome) for one in window} == {
            ("fast", "ok"),
            ("checked", "check-failed"),
            ("GET /sleep/30", "ok"),
            ("fails", "http-500"),
        }
        fast = merged([one.response_us for one in window if one.name == "fast"])
        assert fast.get_min_value() >= 29_000
        assert all((one.service_us is None) == (step == 0) for one in window if one.requests)


def test_stock_requests_that_never_end_are_censored_too(launch: Launch) -> None:
    generator = launch(
        scenario="""
        import gevent
        from locust import FastHttpUser, HttpUser, User, task

        class Fast(FastHttpUser):
            fixed_count = 1

            @task
            def never(self):
                self.client.get("/never")

        class Slow(HttpUser):
            fixed_count = 1

            @task
            def never(self):
                self.client.get("/never", name="slow")

        class Odd(User):
            fixed_count = 1

            @task
            def never(self):
                gevent.sleep(60)
        """
    )
    generator.hear("ready")
    # All three begin before the window opens; only of the task is it not known when it sends.
    drained = generator.drive({"users": 3}, window_s=1.0, patience_s=0.3)
    assert drained["censored"] == 1
    (censored,) = [one for one in generator.slices() if isinstance(one, CensoredRequests)]
    assert censored.name == "(task)"
    drained = generator.drive({"rate": 6}, window_s=1.0, patience_s=0.3, step=1)
    counts = Counter(
        {
            one.name: one.count
            for one in generator.slices()
            if isinstance(one, CensoredRequests) and one.step
        }
    )
    # A task that can't be seen into may have sent something in the window, whenever it began.
    in_sight = counts["GET /never"] + counts["slow"]
    assert set(counts) <= {"GET /never", "slow", "(task)"}
    assert in_sight <= 6 <= drained["censored"] <= 12


def test_users_that_only_fire_the_request_event_are_recorded(launch: Launch) -> None:
    generator = launch(
        scenario="""
        import time
        from locust import User, task

        class Custom(User):
            @task
            def work(self):
                wall, began = time.time(), time.perf_counter()
                time.sleep(0.05)
                self.environment.events.request.fire(
                    request_type="CALL", name="work", response_length=3, exception=None,
                    response_time=(time.perf_counter() - began) * 1e3, start_time=wall, context={},
                )
        """
    )
    generator.hear("ready")
    (answer,) = generator.probe(1)
    assert (answer.name, answer.status) == ("work", None)
    generator.drive({"users": 2}, window_s=1.0)
    assert generator.quit() == 0
    window = generator.requests()
    assert {(one.name, one.outcome) for one in window} == {("work", "ok")}
    assert merged([one.response_us for one in window]).get_min_value() >= 49_000


SEEDED = """
    import random
    from locust import FastHttpUser, HttpUser, between, task
    from bench.load.users import HttpUser as LeanUser

    class Lean(LeanUser):
        wait_time = between(60, 60)

        @task(2)
        def first(self):
            self.client.get(f"/first?x={random.random()}", name="first")

        @task
        def second(self):
            self.client.get("/status/404", name="second")

    class Stock(FastHttpUser):
        @task
        def third(self):
            self.client.get(f"/third?x={random.random()}", name="third")

    class Slow(HttpUser):
        @task
        def fourth(self):
            self.client.get("/fourth")
"""


def test_a_probe_repeats_itself_by_its_seed_and_shows_each_answer(launch: Launch) -> None:
    generator = launch(scenario=SEEDED)
    generator.hear("ready")
    by_seed = {seed: generator.probe(6, seed=seed) for seed in range(12)}
    again = generator.probe(6, seed=3)
    assert [(a.path, a.status) for a in again] == [(a.path, a.status) for a in by_seed[3]]
    answers = [answer for answers in by_seed.values() for answer in answers]
    assert all(len(answers) == 6 for answers in by_seed.values())
    assert {answer.name for answer in answers} >= {"first", "second", "third", "GET /fourth"}
    for answer in answers:
        assert answer.method == "GET"
        assert answer.path.startswith("/")
        assert answer.status == (404 if answer.name == "second" else 200)
        assert ("x-server", "stamping") in [(name.lower(), value) for name, value in answer.headers]
        assert answer.body_base64 == "b2s="
        assert answer.error is None
        assert answer.service_s > 0
    assert generator.quit() == 0


def test_a_probe_of_a_port_that_nobody_listens_on_says_why(launch: Launch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    generator = launch(flow=[{"path": "/"}], host=url)
    generator.hear("ready")
    (answer,) = generator.probe(1)
    assert answer.status is None
    assert "refused" in (answer.error or "")
    generator.drive({"rate": 20}, window_s=1.0)
    assert {one.outcome for one in generator.requests()} == {"connection-refused"}


@pytest.mark.parametrize(
    ("scenario", "line", "said"),
    [
        ("import locust\n\nimport nothing_of_this_name\n", "line 3", "nothing_of_this_name"),
        ("import locust\nclass X(\n", "line 2", "SyntaxError"),
        ("from locust import HttpUser\n", "scenario.py", "no users"),
        ("from locust import HttpUser\nclass Idle(HttpUser): ...\n", "Idle", "no tasks"),
    ],
)
def test_a_broken_scenario_is_an_error_that_says_where(
    launch: Launch, scenario: str, line: str, said: str
) -> None:
    generator = launch(scenario=scenario)
    error = generator.hear("error")
    assert error["kind"] == "scenario"
    assert "scenario.py" in error["message"]
    assert line in error["message"]
    assert said in error["message"]
    assert generator.process.wait(PATIENCE_S) != 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_an_error_of_storage(launch: Launch) -> None:
    generator = launch(flow=[{"path": "/"}], slices=Path("/dev/full"))
    generator.hear("ready")
    generator.say("start", step=0, load={"users": 1}, spread_s=0.0, seed=1)
    generator.hear("started")
    error = generator.hear("error")
    assert error["kind"] == "storage"
    assert "/dev/full" in error["message"]
    assert generator.process.wait(PATIENCE_S) != 0


def test_an_unknown_command_and_a_window_without_a_step_are_errors(launch: Launch) -> None:
    generator = launch(flow=[{"path": "/"}])
    generator.hear("ready")
    generator.say("window", opens_at_s=0, closes_at_s=1, deadline_s=2)
    assert generator.hear("error")["kind"] == "generator"


def test_it_ends_when_its_socket_closes_even_under_load(launch: Launch) -> None:
    generator = launch(flow=[{"path": "/never"}])
    generator.hear("ready")
    generator.say("start", step=0, load={"users": 3}, spread_s=0.0, seed=1)
    generator.hear("started")
    generator.hear("progress")
    generator.socket.shutdown(socket.SHUT_RDWR)
    assert generator.process.wait(PATIENCE_S) == 0


def test_it_ends_on_sigterm(launch: Launch) -> None:
    generator = launch(flow=[{"path": "/sleep/1"}])
    generator.hear("ready")
    generator.say("start", step=0, load={"users": 3}, spread_s=0.0, seed=1)
    generator.hear("started")
    generator.hear("progress")
    generator.process.send_signal(signal.SIGTERM)
    assert generator.process.wait(PATIENCE_S) == -signal.SIGTERM
