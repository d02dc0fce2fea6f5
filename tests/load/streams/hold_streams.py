"""Hold streams as a step of the closed or open model would, and print what was recorded.

One argument, in JSON: host, plan, users, seconds, spread_s, rounds (open model), timeout_s,
patience_s (how much longer than the seconds it may take until the users' streams are open).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from random import Random
from time import perf_counter
from types import SimpleNamespace
from typing import Any

import gevent
import locust  # noqa: F401 - it patches the standard library for gevent
from gevent.pool import Group

from bench.load.environment import LoadEnvironment
from bench.load.http.endpoint import Endpoint
from bench.load.recording.recorder import Recorder
from bench.load.recording.timeline import Timeline
from bench.load.streams.declared import build_stream_user, read_stream_plan
from bench.load.streams.probing import probe_stream
from bench.load.streams.terms import StreamTerms
from bench.load.streams.users import StreamUser


class Stage:
    """Lets users in at random moments; with rounds, gives each as many tickets."""

    def __init__(self, recorder: Recorder, spread_s: float, rounds: int) -> None:
        self.recorder = recorder
        self.books = None
        self._spread_s = spread_s
        self._rounds = rounds
        self._left: dict[Any, int] = {}
        self._random = Random(1)

    def admit(self, user: Any) -> None:
        self._left[user] = self._rounds
        wait_s = self._random.uniform(0, self._spread_s)
        user.connect(lambda: user.think(wait_s, lambda: self._begin(user)))

    def round_over(self, user: Any, think_s: float) -> None:
        self._begin(user)

    def _begin(self, user: Any) -> None:
        if not self._rounds:
            user.begin()
        elif self._left[user]:
            self._left[user] -= 1
            user.begin(self.recorder.schedule("users", perf_counter()))


def hold(order: SimpleNamespace, user_class: type[StreamUser]) -> dict[str, Any]:
    timeline = Timeline(perf_counter())
    timeline.announce_window(timeline.origin_s, timeline.origin_s + 1e6)
    recorder = Recorder(0, timeline)
    streams = recorder.streams
    endpoint = Endpoint.at(order.host, connections="keep-alive", timeout_s=order.timeout_s)
    environment = LoadEnvironment(endpoint, host=order.host, user_classes=[user_class])
    environment.stage = Stage(recorder, order.spread_s, order.rounds)
    group, lines = Group(), []
    users = [user_class(environment) for _ in range(order.users)]
    for user in users:
        user.start(group)
    ends_s = perf_counter() + order.seconds
    gives_up_s = ends_s + order.patience_s
    while (now_s := perf_counter()) < ends_s or (
        now_s < gives_up_s and lines[-1]["open"] < order.users
    ):
        gevent.sleep(min(max(ends_s, now_s + 1), timeline.next_edge_s(now_s)) - now_s)
        lines += streams.flush(perf_counter())
    held = {"rss": rss_bytes(), "fds": fds(), "cpu_s": sum(os.times()[:2])}
    for user in users:
        user.stop()
    left_politely = group.join(timeout=5)
    group.kill()
    lines += [*streams.flush(perf_counter()), *recorder.flush()]
    return {
        "lines": lines,
        "polite": left_politely,
        "reconnects": recorder.reconnects,
        "in_flight": recorder.in_flight,
        **held,
    }


def rss_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def fds() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def main() -> None:
    given = {"users": 1, "seconds": 1.0, "spread_s": 0.0, "rounds": 0, "timeout_s": 5.0}
    given |= {"patience_s": 0.0, "hook": ""}
    order = SimpleNamespace(**{**given, **json.loads(sys.argv[1])})
    plan = read_stream_plan(order.plan)
    if order.hook == "probe":
        endpoint = Endpoint.at(order.host, connections="keep-alive", timeout_s=order.timeout_s)
        tell(probe_stream(StreamTerms(plan, order.host, endpoint)))
        return
    user_class = build_stream_user(plan)
    if order.hook:
        user_class.on_event = HOOKS[order.hook]
    gevent.sleep(0.01)
    before, fds_before = rss_bytes(), fds()
    result = hold(order, user_class)
    tell({**result, "rss_before": before, "fds_before": fds_before, "fds_after": fds()})


def tell(result: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(result))


def fail(user: Any, event: Any) -> None:
    assert event.json()["n"] % 2, "even"


def block(user: Any, event: Any) -> None:
    gevent.sleep(1)


HOOKS = {"fail": fail, "block": block}

main()
