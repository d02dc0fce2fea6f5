"""The recorder of a step: every request from its send to its end."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Final, NamedTuple, Protocol

import numpy as np

from bench.load.http.outcomes import OK
from bench.load.recording.cells import Cells, Group, Line, pack_row
from bench.load.recording.failures import FailureTexts
from bench.load.recording.histograms import HistogramEncoder
from bench.load.recording.streams import StreamRecorder
from bench.load.recording.timeline import Cell, Timeline

_LATE_S: Final = 0.010
"""A request sent this much after its intended send was late; see `ScheduleSlice.late`."""

_UNSENT: Final = "(not sent)"
_TASK: Final = "(task)"


class OpenRequest:
    """A request that has not ended."""

    __slots__ = ("group", "intended_s", "name", "sent_s")

    def __init__(self, group: Group, name: str, intended_s: float, sent_s: float) -> None:
        self.group = group
        self.name = name
        self.intended_s = intended_s
        self.sent_s = sent_s


class Ticket:
    """The right and duty to send one request at an intended moment."""

    __slots__ = ("group", "intended_s")

    def __init__(self, group: Group, intended_s: float) -> None:
        self.group = group
        self.intended_s = intended_s


class Sender(Protocol):
    """Who keeps its own open request, one at a time, and writes its rows itself."""

    def open_request(self) -> Outstanding | None:
        """Return what it waits for; None, if nothing."""

    def expire(self, now_s: float) -> None:
        """Give up what has taken longer than it may."""

    def forget(self) -> None:
        """Take no notice any more of what it waits for."""


class Outstanding(NamedTuple):
    """Something of the window that has not ended."""

    group: Group
    name: str
    since_s: float


class Recorder:
    """Take down what happens to the requests of a step.

    Args:
        timed_twice: groups whose service time is kept beside the response time: those that have
            an intended send.
    """

    def __init__(
        self,
        step: int,
        timeline: Timeline,
        *,
        timed_twice: frozenset[Group] = frozenset(),
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self.reconnects = 0
        """Keep-alive connections found closed and opened anew, since this was last reset."""
        self.senders: set[Sender] = set()
        """Those who write their rows themselves; see `cells`."""
        self.cells = Cells(step, timeline, timed_twice)
        self.failures = FailureTexts(step, timeline)
        self.streams = StreamRecorder(step, timeline)
        self._step = step
        self._timeline = timeline
        self._clock = clock
        self._encoder = HistogramEncoder()
        self._open: set[OpenRequest] = set()
        self._unsent: set[Ticket] = set()
        self._tasks: dict[object, float] = {}
        self._scheduled: dict[Group, array[float]] = {}
        self._late: dict[Group, array[float]] = {}
        self._dropped: dict[Group, array[float]] = {}
        self._progress_from_s = timeline.origin_s
        self._completed = 0

    # --- what the pacer tells ---

    def schedule(self, group: Group, intended_s: float) -> Ticket:
        """Note that a request is meant to be sent now; it counts as outstanding until it is."""
        _note(self._scheduled, group, intended_s)
        ticket = Ticket(group, intended_s)
        self._unsent.add(ticket)
        return ticket

    def drop(self, ticket: Ticket) -> None:
        """Note that a request will not be sent, since no user is free."""
        self._unsent.discard(ticket)
        _note(self._dropped, ticket.group, ticket.intended_s)

    def give_back(self, ticket: Ticket) -> None:
        """Note that the holder of a ticket sent no request for it."""
        self._unsent.discard(ticket)

    # --- what users tell ---

    def begin(self, group: Group, name: str, ticket: Ticket | None = None) -> OpenRequest:
        """Note that a request is sent now; with a ticket, it was meant to be sent then."""
        sent_s = self._clock()
        if ticket is None:
            request = OpenRequest(group, name, sent_s, sent_s)
        else:
            self._unsent.discard(ticket)
            request = OpenRequest(group, name, self.send(ticket, sent_s), sent_s)
        self._open.add(request)
        return request

    def send(self, ticket: Ticket, sent_s: float) -> float:
        """Note that the request of a ticket is sent now; return when it was meant to be."""
        self._unsent.discard(ticket)
        if sent_s - ticket.intended_s > _LATE_S:
            _note(self._late, ticket.group, ticket.intended_s)
        return ticket.intended_s

    def end(
        self,
        request: OpenRequest,
        outcome: str,
        ended_s: float,
        bytes_received: int,
        reason: str = "",
    ) -> None:
        """Note what became of a request; nothing, if it was censored or discarded before.

        Args:
            reason: in words, why it failed.
        """
        try:
            self._open.remove(request)
        except KeyError:
            return
        cell = self.cells.cell(request.group, request.name, outcome)
        cell.rows += pack_row(request.intended_s, request.sent_s, ended_s, bytes_received)
        if outcome != OK:
            self.failures.add(cell.key, reason or outcome, request.intended_s)

    def discard(self, request: OpenRequest) -> None:
        """Forget a request that turned out to be none."""
        self._open.discard(request)

    def begin_task(self, user: object, ticket: Ticket | None = None) -> None:
        """Note that a user whose requests can't be seen before they end began a task.

        With a ticket, the task was meant to begin then, and is outstanding in its place.
        """
        if ticket is None:
            self._tasks[user] = self._clock()
        else:
            self._unsent.discard(ticket)
            self._tasks[user] = ticket.intended_s

    def end_task(self, user: object) -> None:
        """Note that such a user's task is over."""
        self._tasks.pop(user, None)

    # --- what the step asks ---

    @property
    def in_flight(self) -> int:
        """How many requests are open, all groups together."""
        return len(self._open) + sum(1 for _ in self._waiting_senders())

    def outstanding(self) -> list[Outstanding]:
        """Return what of the window has not ended; tasks count if they began before it closed."""
        return [one for one, _ in self._window_entries()]

    def censor(self, now_s: float) -> list[Line]:
        """Give up what of the window has not ended, and return it as lines, with its age."""
        ages_s: dict[tuple[Group, str], list[float]] = {}
        for one, key in list(self._window_entries()):
            ages_s.setdefault((one.group, one.name), []).append(now_s - one.since_s)
            self._forget(key)
        return [
            {
                "type": "censored",
                "step": self._step,
                "group": group,
                "name": name,
                "count": len(ages),
                "age_us": self._encoder.encode(np.array(ages)),
            }
            for (group, name), ages in ages_s.items()
        ]

    def flush(self) -> list[Line]:
        """Return all that happened since the last flush, as lines whose counts add up."""
        return [*self.cells.flush(), *self.failures.flush(), *self._flush_schedules()]

    def progress(self, now_s: float) -> dict[str, object]:
        """Return the numbers of a progress event; those of what ended are since the last one."""
        responses_s, outcomes = self.cells.take_recent()
        errors = outcomes.total()
        elapsed_s = max(now_s - self._progress_from_s, 1e-9)
        self._progress_from_s = now_s
        self._completed += responses_s.size + errors
        return {
            "completed": self._completed,
            "throughput_per_s": responses_s.size / elapsed_s,
            "p99_s": float(np.quantile(responses_s, 0.99)) if responses_s.size else None,
            "errors": errors,
            "outcomes": dict(outcomes),
            "in_flight": self.in_flight,
            "streams": self.streams.open,
        }

    def _flush_schedules(self) -> Iterator[Line]:
        counts: dict[tuple[Group, Cell], Counter[str]] = {}
        for name in ("scheduled", "late", "dropped"):
            moments: dict[Group, array[float]] = getattr(self, f"_{name}")
            setattr(self, f"_{name}", {})
            for group, moments_s in moments.items():
                for moment_s in moments_s:
                    key = group, self._timeline.cell(moment_s)
                    counts.setdefault(key, Counter())[name] += 1
        for (group, cell), of_cell in counts.items():
            yield {
                "type": "schedule",
                "step": self._step,
                "phase": cell.phase,
                "slice": cell.slice,
                "group": group,
                **{name: of_cell[name] for name in ("scheduled", "late", "dropped")},
            }

    def _waiting_senders(self) -> Iterator[tuple[Outstanding, Sender]]:
        for sender in self.senders:
            if (waits_for := sender.open_request()) is not None:
                yield waits_for, sender

    def _window_entries(self) -> Iterator[tuple[Outstanding, object]]:
        holds = self._timeline.holds
        for request in self._open:
            if holds(request.intended_s):
                yield Outstanding(request.group, request.name, request.intended_s), request
        for waits_for, sender in self._waiting_senders():
            if holds(waits_for.since_s):
                yield waits_for, sender
        for ticket in self._unsent:
            if holds(ticket.intended_s):
                yield Outstanding(ticket.group, _UNSENT, ticket.intended_s), ticket
        for user, began_s in self._tasks.items():
            if began_s < self._timeline.closes_s:
                yield Outstanding("users", _TASK, began_s), user

    def _forget(self, key: object) -> None:
        if isinstance(key, OpenRequest):
            self._open.discard(key)
        elif isinstance(key, Ticket):
            self._unsent.discard(key)
        elif key in self._tasks:
            del self._tasks[key]
        else:
            assert hasattr(key, "forget")
            key.forget()


def _note(moments: dict[Group, array[float]], group: Group, moment_s: float) -> None:
    of_group = moments.get(group)
    if of_group is None:
        of_group = moments[group] = array("d")
    of_group.append(moment_s)
