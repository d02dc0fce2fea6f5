"""The closed model: a fixed number of users, each sending again when it was answered."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import gevent
import locust
from gevent import Greenlet

from bench.load.flows.book import Books
from bench.load.pacing.priming import StartingLine
from bench.load.pacing.waiting import waiting
from bench.load.parked_users import ParkedUser
from bench.load.recording.journal import Journal
from bench.load.recording.recorder import Recorder
from bench.load.recording.thinking import ThinkMeter
from bench.load.stock_requests import StockRequests
from bench.load.users import HttpUser


class ClosedModel:
    """Let users connect, start at random moments within `spread_s`, then think as they please.

    Args:
        users: how many there will be.
        spread_s: counted from when all of them are connected.
    """

    def __init__(
        self,
        recorder: Recorder,
        stock: StockRequests,
        thinking: ThinkMeter,
        books: Books,
        *,
        users: int,
        spread_s: float,
        seed: str,
    ) -> None:
        self.recorder = self._recorder = recorder
        self.books = books
        self._stock = stock
        self._thinking = thinking
        self._spread_s = spread_s
        self._starting_line = StartingLine(users)
        self._random = Random(seed)
        self._journals: dict[locust.User, Journal] = {}
        self._unseen: set[locust.User] = set()

    def open_log(self, user: locust.User) -> Journal:
        """Return where a user's requests are noted."""
        journal = self._journals[user] = Journal(self._recorder, "users")
        return journal

    def expect(self, user: locust.User, greenlet: Greenlet) -> None:
        """Follow users whose client is not ours."""
        if isinstance(user, HttpUser):
            return
        if not self._stock.follow(user, greenlet, self.open_log(user)):
            self._unseen.add(user)
            greenlet.link(lambda _: self._recorder.end_task(user))

    def enter(self, user: locust.User, on_start: Callable[[], None]) -> None:
        """Connect, and wait for a random moment, so that users don't march in step."""
        with waiting(user):
            if isinstance(user, HttpUser):
                user.client.open()
            self._starting_line.wait()
            self.think(self._random.uniform(0.0, self._spread_s))
        on_start()
        self._begin_task(user)

    def pause(self, user: locust.User, seconds: float) -> None:
        """Think between two tasks."""
        journal = self._journals[user]
        if self._unseen:
            self._recorder.end_task(user)
        if seconds > 0 or not journal.has_waited:  # who has waited has let others run
            self.think(seconds)
        journal.has_waited = False
        self._begin_task(user)

    def think(self, seconds: float) -> None:
        """Think."""
        if seconds > 0:
            with self._thinking.running():
                gevent.sleep(seconds)
        else:
            gevent.sleep(0)  # a task that sends nothing must not hold the loop

    def admit(self, user: ParkedUser) -> None:
        """Let in a user whose work is done by callbacks."""
        delay_s = self._random.uniform(0.0, self._spread_s)
        user.connect(lambda: self._starting_line.arrive(lambda: user.think(delay_s, user.begin)))

    def round_over(self, user: ParkedUser, think_s: float) -> None:
        """Think between two rounds."""
        if think_s:
            user.think(think_s, user.begin)
        else:
            user.begin()

    def _begin_task(self, user: locust.User) -> None:
        if user in self._unseen:
            self._recorder.begin_task(user)
