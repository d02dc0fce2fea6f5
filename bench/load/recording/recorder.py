"""The recorder of a step: every request from its send to its end, summed up by the second.

In the hot path a request costs one small object in a set and four numbers in an array; they are
binned when the second is over.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.load.http.outcomes import OK
from bench.load.recording.histograms import HistogramEncoder
from bench.load.recording.timeline import Cell, Timeline

Group = Literal["users", "bystander"]
Line = dict[str, object]

_LATE_S: Final = 0.010
"""A request sent this much after its intended send was late; see `GeneratorSlice.late`."""

_INTENDED, _SENT, _ENDED, _BYTES = range(4)
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
        self._step = step
        self._timeline = timeline
        self._timed_twice = timed_twice
        self._clock = clock
        self._encoder = HistogramEncoder()
        self._open: set[OpenRequest] = set()
        self._unsent: set[Ticket] = set()
        self._tasks: dict[object, float] = {}
        self._ended: dict[tuple[Group, str, str], array[float]] = {}
        self._scheduled: array[float] = array("d")
        self._late: array[float] = array("d")
        self._dropped: array[float] = array("d")
        self._recent = _Recent(timeline.origin_s)

    # --- what the pacer tells ---

    def schedule(self, group: Group, intended_s: float) -> Ticket:
        """Note that a request is meant to be sent now; it counts as outstanding until it is."""
        self._scheduled.append(intended_s)
        ticket = Ticket(group, intended_s)
        self._unsent.add(ticket)
        return ticket

    def drop(self, ticket: Ticket) -> None:
        """Note that a request will not be sent, since no user is free."""
        self._unsent.discard(ticket)
        self._dropped.append(ticket.intended_s)

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
            request = OpenRequest(group, name, ticket.intended_s, sent_s)
            if sent_s - ticket.intended_s > _LATE_S:
                self._late.append(ticket.intended_s)
        self._open.add(request)
        return request

    def end(self, request: OpenRequest, outcome: str, ended_s: float, bytes_received: int) -> None:
        """Note what became of a request; nothing, if it was censored or discarded before."""
        if request not in self._open:
            return
        self._open.remove(request)
        key = (request.group, request.name, outcome)
        ended = self._ended.get(key)
        if ended is None:
            ended = self._ended[key] = array("d")
        ended.extend((request.intended_s, request.sent_s, ended_s, bytes_received))
        if request.group == "users":
            self._recent.add(outcome, ended_s - request.intended_s)

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
        return len(self._open)

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
                "arm": None,
                "group": group,
                "name": name,
                "count": len(ages),
                "age_us": self._encoder.encode(np.array(ages)),
            }
            for (group, name), ages in ages_s.items()
        ]

    def flush(self) -> list[Line]:
        """Return all that ended since the last flush, as lines whose counts add up."""
        lines: list[Line] = []
        for key, values in self._ended.items():
            if values:
                self._ended[key] = array("d")
                lines.extend(self._request_lines(*key, np.frombuffer(values).reshape(-1, 4)))
        return lines

    def flush_counts(self) -> dict[Cell, Counter[str]]:
        """Return how many requests were scheduled, late and dropped since the last flush."""
        counts: dict[Cell, Counter[str]] = {}
        for name in ("scheduled", "late", "dropped"):
            moments_s = getattr(self, f"_{name}")
            setattr(self, f"_{name}", array("d"))
            for moment_s in moments_s:
                counts.setdefault(self._timeline.cell(moment_s), Counter())[name] += 1
        return counts

    def progress(self, now_s: float) -> dict[str, object]:
        """Return the numbers of a progress event; all but `completed` are since the last one."""
        return {**self._recent.take(now_s), "in_flight": self.in_flight}

    def _window_entries(self) -> Iterator[tuple[Outstanding, object]]:
        holds = self._timeline.holds
        for request in self._open:
            if holds(request.intended_s):
                yield Outstanding(request.group, request.name, request.intended_s), request
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
        else:
            self._tasks.pop(key, None)

    def _request_lines(
        self, group: Group, name: str, outcome: str, rows: NDArray[np.float64]
    ) -> Iterator[Line]:
        belongs_to = self._timeline.codes(rows[:, _INTENDED])
        ended_in = self._timeline.codes(rows[:, _ENDED])
        for code in np.union1d(belongs_to, ended_in):
            cell = Timeline.decode(int(code))
            own = rows[belongs_to == code]
            service_s = own[:, _ENDED] - own[:, _SENT]
            yield {
                "type": "requests",
                "step": self._step,
                "phase": cell.phase,
                "slice": cell.slice,
                "arm": None,
                "group": group,
                "name": name,
                "outcome": outcome,
                "requests": len(own),
                "completed": int(np.count_nonzero(ended_in == code)),
                "bytes_received": int(own[:, _BYTES].sum()),
                "response_us": self._encoder.encode(own[:, _ENDED] - own[:, _INTENDED]),
                "service_us": (
                    self._encoder.encode(service_s) if group in self._timed_twice else None
                ),
            }


class _Recent:
    """What the users' requests did since the last progress event."""

    def __init__(self, now_s: float) -> None:
        self._completed = 0
        self._since_s = now_s
        self._errors = 0
        self._responses_s: array[float] = array("d")

    def add(self, outcome: str, response_s: float) -> None:
        self._completed += 1
        if outcome == OK:
            self._responses_s.append(response_s)
        else:
            self._errors += 1

    def take(self, now_s: float) -> dict[str, object]:
        responses_s, errors, since_s = self._responses_s, self._errors, self._since_s
        self._responses_s, self._errors, self._since_s = array("d"), 0, now_s
        p99_s = float(np.quantile(responses_s, 0.99)) if responses_s else None
        elapsed_s = max(now_s - since_s, 1e-9)
        return {
            "completed": self._completed,
            "throughput_per_s": len(responses_s) / elapsed_s,
            "p99_s": p99_s,
            "errors": errors,
        }
