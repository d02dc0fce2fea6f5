"""Cells: the requests of one group, name and outcome, taken down row by row, summed by the second.

In the hot path a request costs one row of four numbers; rows are binned a few times a second, so
that the second's end brings no long pause.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.load.http.outcomes import OK
from bench.load.recording.histograms import BinnedDurations, HistogramEncoder
from bench.load.recording.timeline import Timeline

Group = Literal["users", "bystander"]
Line = dict[str, object]

pack_row: Final = struct.Struct("4d").pack
"""Packs a row: intended send, send, end (seconds), bytes received."""

_INTENDED, _SENT, _ENDED, _BYTES = range(4)


class CellKey(NamedTuple):
    """What the requests of a cell have in common."""

    group: Group
    name: str
    outcome: str


class Cell:
    """Rows that were not binned yet; `rows += pack_row(...)` adds one."""

    __slots__ = ("key", "rows")

    def __init__(self, key: CellKey) -> None:
        self.key = key
        self.rows = bytearray()

    def take(self) -> NDArray[np.float64]:
        """Return the rows, shape (n, 4), and begin anew."""
        rows, self.rows = self.rows, bytearray()
        return np.frombuffer(rows).reshape(-1, 4)


class Cells:
    """All cells of a step.

    Args:
        timed_twice: groups whose service time is kept beside the response time.
    """

    def __init__(self, step: int, timeline: Timeline, timed_twice: frozenset[Group]) -> None:
        self._step = step
        self._timeline = timeline
        self._timed_twice = timed_twice
        self._encoder = HistogramEncoder()
        self._cells: dict[CellKey, Cell] = {}
        self._sums: dict[tuple[CellKey, int], _Sum] = {}
        self._recent_s: list[NDArray[np.float64]] = []
        self._recent_errors: Counter[str] = Counter()

    def cell(self, group: Group, name: str, outcome: str) -> Cell:
        """Return the cell of such requests, the same for as long as the step lasts."""
        # A plain tuple is as good to look up with, and three times as quick to make.
        cell: Cell | None = self._cells.get((group, name, outcome))  # type: ignore[call-overload]
        if cell is None:
            key = CellKey(group, name, outcome)
            cell = self._cells[key] = Cell(key)
        return cell

    def bin(self) -> None:
        """Bin what was taken down since the last time."""
        for key, cell in self._cells.items():
            if cell.rows:
                self._bin(key, cell.take())

    def flush(self) -> list[Line]:
        """Return all that ended since the last flush, as lines whose counts add up."""
        self.bin()
        sums, self._sums = self._sums, {}
        return [self._line(key, code, each) for (key, code), each in sums.items()]

    def take_recent(self) -> tuple[NDArray[np.float64], Counter[str]]:
        """Return the users' successful response times, and failures by outcome, since last time."""
        self.bin()
        recent, self._recent_s = self._recent_s, []
        errors, self._recent_errors = self._recent_errors, Counter()
        return (np.concatenate(recent) if recent else np.zeros(0)), errors

    def _bin(self, key: CellKey, rows: NDArray[np.float64]) -> None:
        response_s = rows[:, _ENDED] - rows[:, _INTENDED]
        if key.group == "users":
            if key.outcome == OK:
                self._recent_s.append(response_s)
            else:
                self._recent_errors[key.outcome] += len(rows)
        belongs_to = self._timeline.codes(rows[:, _INTENDED])
        ended_in = self._timeline.codes(rows[:, _ENDED])
        for code in _distinct(belongs_to, ended_in):
            of_code = self._sums.get((key, code))
            if of_code is None:
                of_code = self._sums[key, code] = _Sum()
            of_code.completed += int(np.count_nonzero(ended_in == code))
            own = belongs_to == code
            of_code.add(rows[own], response_s[own], key.group in self._timed_twice)

    def _line(self, key: CellKey, code: int, summed: _Sum) -> Line:
        cell = Timeline.decode(code)
        return {
            "type": "requests",
            "step": self._step,
            "phase": cell.phase,
            "slice": cell.slice,
            **key._asdict(),
            "requests": summed.response.total,
            "completed": summed.completed,
            "bytes_received": summed.bytes_received,
            "response_us": self._encoder.encode_binned(summed.response),
            "service_us": self._encoder.encode_binned(summed.service),
        }


class _Sum:
    """What the rows of one cell and second add up to."""

    __slots__ = ("bytes_received", "completed", "response", "service")

    def __init__(self) -> None:
        self.completed = 0
        self.bytes_received = 0
        self.response = BinnedDurations()
        self.service = BinnedDurations()

    def add(
        self, rows: NDArray[np.float64], response_s: NDArray[np.float64], timed_twice: Any
    ) -> None:
        self.bytes_received += int(rows[:, _BYTES].sum())
        self.response.add(response_s)
        if timed_twice:
            self.service.add(rows[:, _ENDED] - rows[:, _SENT])


def _distinct(*codes: NDArray[np.int64]) -> Iterator[int]:
    """Yield the distinct numbers; nearly always there are one or two, next to each other."""
    low = min(int(each.min()) for each in codes)
    high = max(int(each.max()) for each in codes)
    if low == high:
        yield low
    else:
        yield from map(int, np.union1d(*codes))
