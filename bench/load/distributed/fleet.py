"""The fleet: the workers of one master, spoken to as one, watched one by one."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any, Final

import gevent
from gevent.event import Event
from gevent.queue import Queue

from bench.load.distributed.clocks import Clock, Ping, estimate_clock
from bench.load.distributed.master_runner import FleetMasterRunner
from bench.load.distributed.member import Member
from bench.load.distributed.reception import OtherVersionError, Reception
from bench.load.failure import DriverFailure, FailureKind

SILENT_S: Final = 3.0
"""Each worker sends a heartbeat every second; after this long without a word it is lost."""

_WATCH_S: Final = 0.5
_PINGS: Final = 8
_REFUSAL_S: Final = 0.5
_PING_WITHIN_S: Final = 2.0

Handle = Callable[[Member, dict[str, Any], float], None]


class Fleet:
    """Workers by their index.

    Messages are dealt with in the order in which they come, but pongs, whose time counts, at once.

    Args:
        handlers: what to do with messages that answer no question, by type.
    """

    def __init__(self, reception: Reception, handlers: dict[str, Handle]) -> None:
        self._reception = reception
        self._handlers = handlers
        self._inbox: Queue[tuple[str, str, Any, float]] = Queue()
        self._runner: FleetMasterRunner | None = None
        self._all_joined = Event()

    @property
    def members(self) -> list[Member]:
        """All workers, those that are lost included."""
        return self._reception.members

    @property
    def present(self) -> list[Member]:
        """The workers that are not lost."""
        return [member for member in self.members if not member.lost]

    @property
    def runner(self) -> FleetMasterRunner:
        """Locust's master."""
        assert self._runner is not None
        return self._runner

    @runner.setter
    def runner(self, runner: FleetMasterRunner) -> None:
        self._runner = runner

    def hear(self, client_id: str, kind: str, data: Any, received_s: float) -> None:
        """Take in a message; an empty type is only a sign of life."""
        member = self._member(client_id)
        if member is not None:
            member.heard_s = received_s
            if kind == "pong":
                member.pings.append(Ping(data["sent_s"], data["answered_s"], received_s))
        if kind and kind != "pong":
            self._inbox.put((client_id, kind, data, received_s))

    def await_all(self, workers: int, within_s: float) -> None:
        """Wait until every worker has joined.

        Raises:
            DriverFailure: some have not in time.
        """
        if not self._all_joined.wait(timeout=within_s):
            joined = sum(bool(member.client_id) for member in self.members)
            raise DriverFailure(
                "fleet",
                f"{joined} of {workers} workers joined within {within_s:.0f} s. Do all of them "
                "have the run's token, and can they reach the master?",
            )
        self.runner.takes_workers = False

    def work(self) -> None:
        """Deal with messages as they come, for ever."""
        while True:
            client_id, kind, data, received_s = self._inbox.get()
            member = self._member(client_id)
            if kind == "join":
                self._receive(client_id, data)
            elif kind == "enlist":
                self._enlist(client_id, int(data["index"]), received_s)
            elif member is None:
                self.runner.tell(client_id, "over", {})  # its master was another one, and died
            elif member.lost:
                continue  # what a lost worker still says is too late to be counted
            elif kind == "failed":
                _fail(member, data)
            elif kind in self._handlers:
                self._handlers[kind](member, data, received_s)
            else:
                member.answer(kind, data)

    def watch(self) -> None:
        """Lose workers that fall silent, for ever."""
        while True:
            began_s = perf_counter()
            gevent.sleep(_WATCH_S)
            now_s = perf_counter()
            if now_s - began_s > 2 * _WATCH_S:
                continue  # it was we who stood still: what they said waits to be read
            for member in self.present:
                if member.client_id and now_s - member.heard_s > SILENT_S:
                    self.lose(member, f"nothing was heard of it for {now_s - member.heard_s:.1f} s")

    def lose(self, member: Member, why: str) -> None:
        """Give a worker up.

        Raises:
            DriverFailure: it was the last one.
        """
        if member.lost:
            return
        member.lose(why)
        self.runner.dismiss(member.client_id)
        self.runner.tell(member.client_id, "dismiss", {"because": why})
        if not self.present:
            raise DriverFailure("generator", f"All workers are lost; {member.label}: {why}.")

    def tell(self, member: Member, kind: str, data: dict[str, Any]) -> None:
        """Send a message to a worker."""
        self.runner.tell(member.client_id, kind, data)

    def ask(
        self,
        members: list[Member],
        kind: str,
        question: Callable[[Member], dict[str, Any]],
        *,
        answer: str,
        within_s: float,
    ) -> dict[Member, Any]:
        """Send each worker a message, and return the answers; who gives none in time is lost."""
        due = {member: member.expect(answer) for member in members}
        for member in members:
            self.tell(member, kind, question(member))
        deadline_s = perf_counter() + within_s
        answers = {}
        for member, result in due.items():
            if (
                not result.wait(timeout=max(deadline_s - perf_counter(), 0.0))
                and not result.ready()
            ):
                self.lose(member, f"it did not answer {kind!r} within {within_s:.0f} s")
            if not member.lost:
                answers[member] = result.get()
        return answers

    def measure_clocks(self) -> dict[Member, Clock]:
        """Return the clock of each worker, from several round trips."""
        for member in self.present:
            member.pings.clear()
        for _ in range(_PINGS):
            self._ping_all()
        for member in self.present:
            if not member.pings:
                self.lose(member, f"it did not answer a ping within {_PING_WITHIN_S:g} s")
        return {member: estimate_clock(member.pings) for member in self.present}

    def dismiss(self) -> None:
        """Let all workers go."""
        for member in self.present:
            self.tell(member, "dismiss", {"because": ""})

    def _ping_all(self) -> None:
        """Ping one worker after the other, so that their answers don't wait for each other."""
        for member in self.present:
            asked = len(member.pings)
            self.tell(member, "ping", {"sent_s": perf_counter()})
            deadline_s = perf_counter() + _PING_WITHIN_S
            while len(member.pings) == asked and perf_counter() < deadline_s and not member.lost:
                gevent.sleep(0.0005)

    def _member(self, client_id: str) -> Member | None:
        for member in self.members:
            if client_id in (member.client_id, member.joined_by):
                return member
        return None

    def _receive(self, join_id: str, hello: dict[str, Any]) -> None:
        try:
            kind, answer = self._reception.receive(join_id, hello)
        except OtherVersionError as refusal:
            self.runner.tell(join_id, "refused", {"because": refusal.message})
            gevent.sleep(_REFUSAL_S)  # or it would be lost with the master, which ends by this
            raise
        if kind:
            self.runner.tell(join_id, kind, answer)

    def _enlist(self, client_id: str, index: int, received_s: float) -> None:
        member = self.members[index]
        member.client_id = client_id
        member.heard_s = received_s
        if self._reception.is_full and all(member.client_id for member in self.members):
            self._all_joined.set()


def _fail(member: Member, data: dict[str, Any]) -> None:
    kind: FailureKind = data["kind"]
    raise DriverFailure(kind, f"{member.label}: {data['message']}")
