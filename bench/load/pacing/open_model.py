"""The open model: tasks begin on a schedule, whether or not earlier ones were answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from random import Random

import gevent
import locust
from gevent import Greenlet

from bench.load.flows.book import Books
from bench.load.pacing.tickets import Dispenser
from bench.load.pacing.waiting import waiting
from bench.load.parked_users import ParkedUser
from bench.load.recording.journal import Journal
from bench.load.recording.recorder import Recorder
from bench.load.recording.thinking import ThinkMeter
from bench.load.scenario import choose_user_class
from bench.load.stock_requests import StockRequests
from bench.load.users import HttpUser


class OpenModel:
    """Let each task begin when its user gets a ticket; what a scenario waits between is ignored.

    Which class of users a ticket is for is decided by weight when it is issued: were it up to who
    is idle, the slowest users would get the fewest tickets.

    Args:
        max_users: how many users may be busy.
        population: returns how many users there are.
        grow: starts that many more of a class.
    """

    def __init__(
        self,
        recorder: Recorder,
        stock: StockRequests,
        thinking: ThinkMeter,
        books: Books,
        *,
        user_classes: Sequence[type[locust.User]],
        max_users: int,
        population: Callable[[], int],
        grow: Callable[[type[locust.User], int], None],
        seed: str,
    ) -> None:
        self._dispensers = {
            user_class: Dispenser(
                recorder, "users", cap=max_users, busy=self._busy, grow=partial(grow, user_class)
            )
            for user_class in user_classes
        }
        self.recorder = self._recorder = recorder
        self.books = books
        self._stock = stock
        self._thinking = thinking
        self._population = population
        self._random = Random(seed)
        self._journals: dict[locust.User, Journal] = {}
        self._unseen: set[locust.User] = set()

    def issue(self, intended_s: float) -> None:
        """Let one user begin a task that was meant to begin at `intended_s`."""
        user_class = choose_user_class(tuple(self._dispensers), self._random)
        self._dispensers[user_class].issue(intended_s)

    def open_log(self, user: locust.User) -> Journal:
        """Return where a user's requests are noted."""
        journal = self._journals[user] = Journal(self._recorder, "users")
        return journal

    def expect(self, user: locust.User, greenlet: Greenlet) -> None:
        """Expect a user to ask for tickets, until it is gone."""
        self._dispensers[type(user)].expect(user)
        greenlet.link(lambda _: self._forget(user))
        if isinstance(user, HttpUser):
            return
        if not self._stock.follow(user, greenlet, self.open_log(user)):
            self._unseen.add(user)

    def enter(self, user: locust.User, on_start: Callable[[], None]) -> None:
        """Wait for the first ticket."""
        on_start()
        self._dispensers[type(user)].join(user)
        with waiting(user):
            self._take_ticket(user)

    def pause(self, user: locust.User, seconds: float) -> None:  # noqa: ARG002 - see the class
        """Wait for the next ticket."""
        self._recorder.end_task(user)
        self._journals[user].give_back()
        self._take_ticket(user)

    def think(self, seconds: float) -> None:
        """Think inside of a task."""
        with self._thinking.running():
            gevent.sleep(seconds)

    def admit(self, user: ParkedUser) -> None:
        """Let in a user whose work is done by callbacks: it begins with its first ticket."""
        dispenser = self._dispensers[type(user)]
        dispenser.join(user)
        user.greenlet.rawlink(lambda _: dispenser.cancel(user.begin))
        dispenser.ask(user.begin)

    def round_over(self, user: ParkedUser, think_s: float) -> None:  # noqa: ARG002 - see the class
        """Wait for the next ticket."""
        self._dispensers[type(user)].ask(user.begin)

    def _busy(self) -> int:
        return self._population() - sum(one.idle for one in self._dispensers.values())

    def _take_ticket(self, user: locust.User) -> None:
        ticket = self._dispensers[type(user)].take()
        self._journals[user].give(ticket)
        if user in self._unseen:
            self._recorder.begin_task(user, ticket)

    def _forget(self, user: locust.User) -> None:
        self._dispensers[type(user)].leave(user)
        self._recorder.end_task(user)
        journal = self._journals.pop(user, None)
        if journal is not None:
            journal.give_back()
