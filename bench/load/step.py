"""One step: its load started, its window watched, its drain awaited, its users stopped."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final

import gevent
from gevent import Greenlet
from gevent.event import Event

from bench.load.environment import GRACE_S
from bench.load.flows.book import Books
from bench.load.http.connection import Connection
from bench.load.pacing.bystander import Bystander, open_bystander_connections
from bench.load.pacing.closed_model import ClosedModel
from bench.load.pacing.open_model import OpenModel
from bench.load.pacing.pacer import pace
from bench.load.pacing.schedule import schedule
from bench.load.recording.cells import Group
from bench.load.recording.recorder import Recorder
from bench.load.recording.self_watch import SelfWatch
from bench.load.recording.thinking import ThinkMeter
from bench.load.recording.timeline import Timeline
from bench.load.setting import Setting
from bench.load.stock_requests import StockRequests
from bench.load.streams.users import require_hold

_PROGRESS_S: Final = 0.5
_DRAIN_POLL_S: Final = 0.02
_BIN_S: Final = 0.05
_LOOKS_PER_TIMEOUT: Final = 20
"""A deadline is noticed at most a twentieth of its length late, or by these two:"""
_SHORTEST_LOOK_S: Final = 0.010
_LONGEST_LOOK_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class StepOrder:
    """What a `start` command asks for: so many users, or so many tasks a second."""

    step: int
    spread_s: float
    seed: int
    users: int | None = None
    rate_per_s: float | None = None
    arrivals_phase: float | None = None
    """Even arrivals: how much of a gap lies before the first one; None: drawn from the seed."""
    shift: float = 0.0
    """How much of a mean gap all schedules are moved by."""
    take_origin: Callable[[], float] = perf_counter
    """Returns when the step begins; who begins with others waits here for them."""


class Step:
    """A step under way, from its start to its stop."""

    def __init__(self, order: StepOrder, setting: Setting) -> None:
        random.seed(order.seed)
        served = open_bystander_connections(setting.config.bystander, setting.environment.endpoint)
        self._order = order
        self._setting = setting
        self._timeline = Timeline(order.take_origin())
        two_clocks: tuple[Group, ...] = (
            ("users", "bystander") if order.users is None else ("bystander",)
        )
        self._recorder = Recorder(order.step, self._timeline, timed_twice=frozenset(two_clocks))
        self._thinking = ThinkMeter()
        self._books = Books(
            self._recorder,
            self._thinking,
            setting.environment.endpoint.builder,
            rounds_follow=order.users is not None,
            worker=setting.environment.worker,
            workers=setting.environment.workers,
        )
        self._stock = StockRequests(self._recorder)
        self._watch = SelfWatch(order.step, self._timeline, self._recorder, self._thinking)
        self._bystander = self._make_bystander(served)
        self._request_event: Any = setting.environment.events.request
        self._pacer: Greenlet | None = None
        self._greenlets: list[Greenlet] = []
        self._window_announced = Event()
        self._is_settled = False

    @property
    def index(self) -> int:
        """The number of the step in its trial."""
        return self._order.step

    def start(self) -> None:
        """Start the load."""
        self._setting.control.say("started", step=self._order.step, t_s=self._timeline.origin_s)
        self._request_event.add_listener(self._stock.on_request)
        for work in (
            self._watch.tick,
            self._write_slices,
            self._tell_progress,
            self._bin,
            self._expire,
        ):
            self._greenlets.append(self._setting.spawn(work))
        if self._bystander is not None:
            self._bystander.start()
        if self._order.users is not None:
            self._start_closed_model(self._order.users)
        else:
            assert self._order.rate_per_s is not None
            self._start_open_model(self._order.rate_per_s)

    def announce_window(self, opens_s: float, closes_s: float, deadline_s: float) -> None:
        """Watch a window of this step, and say `drained` when all of it has ended."""
        self._timeline.announce_window(opens_s, closes_s)
        self._window_announced.set()
        self._greenlets.append(self._setting.spawn(self._drain, deadline_s))

    def stop(self) -> None:
        """Stop all users, and write what is left to write."""
        if self._pacer is not None:
            self._pacer.kill()
        if self._bystander is not None:
            self._bystander.stop_sending()
        grace_ends_s = perf_counter() + GRACE_S
        self._setting.runner.stop()
        if self._bystander is not None:
            self._bystander.stop(max(grace_ends_s - perf_counter(), 0.0))
        gevent.killall(self._greenlets)
        self._request_event.remove_listener(self._stock.on_request)
        self._settle()
        self._flush(perf_counter())

    def _make_bystander(self, served: list[Connection]) -> Bystander | None:
        plan = self._setting.config.bystander
        if plan is None:
            return None
        return Bystander(
            plan,
            self._setting.environment.endpoint,
            self._recorder,
            served=served,
            origin_s=self._timeline.origin_s + self._order.shift / plan.rate,
            seed=f"{self._order.seed}-bystander",
        )

    def _start_closed_model(self, users: int) -> None:
        self._setting.environment.stage = ClosedModel(
            self._recorder,
            self._stock,
            self._thinking,
            self._books,
            users=users,
            spread_s=self._order.spread_s,
            seed=f"{self._order.seed}-spread",
        )
        self._setting.runner.start(users, spawn_rate=users)

    def _start_open_model(self, rate_per_s: float) -> None:
        require_hold(self._setting.environment.user_classes)
        stage = OpenModel(
            self._recorder,
            self._stock,
            self._thinking,
            self._books,
            user_classes=self._setting.environment.user_classes,
            max_users=self._setting.config.max_users,
            population=lambda: self._setting.runner.user_count,
            grow=self._setting.spawn_users,
            seed=f"{self._order.seed}-user-classes",
        )
        self._setting.environment.stage = stage
        self._setting.announce_start()
        moments_s = schedule(
            self._setting.config.arrivals,
            origin_s=self._timeline.origin_s + self._order.shift / rate_per_s,
            rate_per_s=rate_per_s,
            seed=f"{self._order.seed}-arrivals",
            phase=self._order.arrivals_phase,
        )
        self._pacer = self._setting.spawn(pace, moments_s, stage.issue)

    def _drain(self, deadline_s: float) -> None:
        gevent.sleep(max(self._timeline.closes_s - perf_counter(), 0.0))
        while perf_counter() < deadline_s and (
            perf_counter() < self._timeline.closes_s or self._recorder.outstanding()
        ):
            gevent.sleep(_DRAIN_POLL_S)
        censored = self._settle()
        self._setting.control.say_now("drained", step=self._order.step, censored=censored)

    def _settle(self) -> int:
        """Censor what of the window is still open, once; return how many."""
        if self._is_settled or not self._timeline.has_window:
            return 0
        self._is_settled = True
        lines = self._recorder.censor(perf_counter())
        self._setting.spool.append(lines)
        return sum(int(str(line["count"])) for line in lines)

    def _write_slices(self) -> None:
        while True:
            edge_s = self._timeline.next_edge_s(perf_counter())
            while (now_s := perf_counter()) < edge_s:
                self._window_announced.wait(edge_s - now_s)
                self._window_announced.clear()
                edge_s = min(edge_s, self._timeline.next_edge_s(now_s))
            self._flush(now_s)

    def _flush(self, now_s: float) -> None:
        self._setting.spool.append(
            [
                *self._watch.cut(now_s),
                *self._recorder.flush(),
                *self._recorder.streams.flush(now_s),
            ]
        )

    def _bin(self) -> None:
        while True:
            gevent.sleep(_BIN_S)
            self._recorder.cells.bin()
            self._recorder.streams.bin()

    def _expire(self) -> None:
        shortest_s = self._setting.environment.endpoint.shortest_timeout_s
        interval_s = shortest_s / _LOOKS_PER_TIMEOUT
        while True:
            gevent.sleep(min(max(interval_s, _SHORTEST_LOOK_S), _LONGEST_LOOK_S))
            now_s = perf_counter()
            for sender in list(self._recorder.senders):
                sender.expire(now_s)

    def _tell_progress(self) -> None:
        while True:
            gevent.sleep(_PROGRESS_S)
            now_s = perf_counter()
            self._setting.control.say(
                "progress",
                step=self._order.step,
                t_s=now_s,
                **self._recorder.progress(now_s),
            )
