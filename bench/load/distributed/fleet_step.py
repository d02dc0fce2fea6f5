"""A step of a fleet: started on all workers at once, reconciled with each of them at its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from time import perf_counter
from typing import Any, Final

from gevent.event import Event

from bench.load.distributed.clocks import Clock, doubt_clocks
from bench.load.distributed.fleet import Fleet
from bench.load.distributed.ledger import Ledger
from bench.load.distributed.member import Member
from bench.load.distributed.progress import FleetProgress
from bench.load.distributed.seeds import derive_seed
from bench.load.failure import DriverFailure

_PREPARE_WITHIN_S: Final = 20.0
"""The first worker opens the bystander's connections, for at most 5 s."""

_LEAD_S: Final = 0.1
"""From the order to begin until the beginning: it must have reached every worker by then."""

_STOP_WITHIN_S: Final = 15.0
"""Includes the 5 s that requests in flight may take to end."""

_DRAIN_GRACE_S: Final = 5.0
_LATE_START_S: Final = 0.1
_REPORT_EVERY_S: Final = 1.0
_LATE_REPORT_S: Final = 1.5
"""Of a report: its worker stood still, or what lies between is so busy that clocks are too."""

Problem = dict[str, str]


@dataclass(frozen=True, slots=True)
class FleetLoad:
    """What a `start` command asks of all workers together."""

    step: int
    spread_s: float
    seed: int
    users: int | None
    rate_per_s: float | None


class FleetStep:
    """A step under way on all workers, from its start to its stop."""

    def __init__(self, fleet: Fleet, load: FleetLoad) -> None:
        self.index = load.step
        self._fleet = fleet
        self._load = load
        self._members = list(fleet.present)
        self._clocks: Mapping[Member, Clock] = {}
        self._progress = FleetProgress()
        self._drained: dict[Member, int] = {}
        self._draining = Event()
        self._late: dict[Member, str] = {}
        self._reported_s: dict[Member, float] = {}

    def start(self) -> float:
        """Let all workers begin at one moment; return it.

        Raises:
            DriverFailure: a worker is lost before there is any load.
        """
        self._clocks = self._fleet.measure_clocks()
        for member, clock in self._clocks.items():
            member.clock = clock
            member.ledger = Ledger()
        dealt = self._deal_out()
        self._fleet.ask(
            self._members,
            "prepare",
            lambda member: self._order(member, dealt.get(member.client_id, {})),
            answer="prepared",
            within_s=_PREPARE_WITHIN_S,
        )
        for member in self._members:
            if member.lost:
                raise DriverFailure(
                    "generator",
                    f"{member.label} was lost before step {self.index}: {member.lost}.",
                )
        origin_s = perf_counter() + _LEAD_S
        for member in self._members:
            self._fleet.tell(member, "go", {"origin_s": member.clock.to_worker(origin_s)})
        return origin_s

    def announce_window(self, opens_s: float, closes_s: float, deadline_s: float) -> None:
        """Tell all workers when the window opens and closes."""
        for member in self._fleet.present:
            to_worker = member.clock.to_worker
            self._fleet.tell(
                member,
                "window",
                {
                    "opens_at_s": to_worker(opens_s),
                    "closes_at_s": to_worker(closes_s),
                    "deadline_s": to_worker(deadline_s),
                },
            )

    def await_drained(self, deadline_s: float) -> int:
        """Wait until all workers have drained or are lost; return how many requests are left."""
        while missing := [one for one in self._fleet.present if one not in self._drained]:
            overdue_s = perf_counter() - deadline_s - _DRAIN_GRACE_S
            if overdue_s > 0:
                for member in missing:
                    self._fleet.lose(member, f"it had not drained {_DRAIN_GRACE_S:g} s too late")
            self._draining.wait(timeout=0.1)
            self._draining.clear()
        return sum(self._drained.values())

    def stop(self) -> list[Problem]:
        """Stop all workers, and compare what they spooled with what came; return what is wrong."""
        spooled = self._fleet.ask(
            self._fleet.present,
            "stop",
            lambda _: {},
            answer="stopped",
            within_s=_STOP_WITHIN_S,
        )
        clocks = self._fleet.measure_clocks()
        problems = []
        for member in self._members:
            problems += self._problems_of(member, spooled.get(member), clocks.get(member))
        return problems

    def note_begun(self, member: Member, data: dict[str, Any]) -> None:
        """Note when a worker really began."""
        if data["late_s"] > _LATE_START_S:
            self._late.setdefault(
                member, f"it began the step {data['late_s'] * 1e3:.0f} ms after the others"
            )

    def note_report(self, member: Member, data: dict[str, Any], received_s: float) -> None:
        """Note when lines of a worker came: one report is due every second."""
        due_s = min(
            member.clock.to_master(data["sent_s"]),
            self._reported_s.get(member, received_s) + _REPORT_EVERY_S,
        )
        self._reported_s[member] = received_s
        if received_s - due_s > _LATE_REPORT_S:
            late_s = received_s - due_s
            self._late.setdefault(member, f"a report of it came {late_s:.1f} s late")

    def note_drained(self, member: Member, data: dict[str, Any]) -> None:
        """Note that a worker's window has ended."""
        self._drained[member] = int(data["censored"])
        self._draining.set()

    def note_progress(self, member: Member, data: dict[str, Any]) -> dict[str, Any] | None:
        """Note a worker's progress; return that of all, if it is due."""
        report = data | {"t_s": member.clock.to_master(data["t_s"])}
        self._progress.note(member.index, report)
        return self._progress.take({one.index for one in self._fleet.present})

    def _deal_out(self) -> dict[str, dict[str, int]]:
        users = self._load.users
        return {} if users is None else self._fleet.runner.deal_out(users)

    def _order(self, member: Member, dealt: dict[str, int]) -> dict[str, Any]:
        """Return a worker's part of the load: its users, or its share of the rate.

        Even schedules of W workers lie 1 / W of their gap apart, so that together they are one even
        schedule of the full rate.
        """
        rate_per_s, workers = self._load.rate_per_s, len(self._members)
        phase = Random(f"{self._load.seed}-arrivals").random()
        return {
            "step": self.index,
            "spread_s": self._load.spread_s,
            "seed": derive_seed(member.seed, self._load.seed),
            "dealt": dealt,
            "rate_per_s": None if rate_per_s is None else rate_per_s / workers,
            "arrivals_phase": (member.index + phase) / workers,
        }

    def _problems_of(
        self, member: Member, spooled: dict[str, Any] | None, clock: Clock | None
    ) -> list[Problem]:
        problems = []
        if member.lost:
            problems.append(_problem("worker-lost", member, f"was lost: {member.lost}"))
        elif spooled and (difference := member.ledger.differs_from(spooled)):
            problems.append(_problem("worker-lost", member, f"lost lines: {difference}"))
        if member in self._late and not member.lost:
            problems.append(_problem("worker-lost", member, f"was late: {self._late[member]}"))
        if clock is not None and (doubt := doubt_clocks(self._clocks[member], clock)):
            problems.append(_problem("worker-clock", member, f"is not in time: {doubt}"))
        return problems


def _problem(code: str, member: Member, what: str) -> Problem:
    return {"code": code, "detail": f"{member.label} {what}"}
