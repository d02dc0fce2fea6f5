"""Streams of a step: what they brought, taken down event by event, summed by the second.

In the hot path an event costs one row of three numbers.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.load.recording.cells import Line
from bench.load.recording.histograms import BinnedDurations, HistogramEncoder
from bench.load.recording.timeline import Timeline

pack_event: Final = struct.Struct("3d").pack
"""Packs a row: receipt, gap since the last event, delay since its stamp; seconds, or NaN."""

_RECEIVED, _GAP, _DELAY = range(3)


class StreamTally:
    """What happens to the streams of one name; `rows += pack_event(...)` adds an event."""

    __slots__ = ("_duplicated", "_first", "_lost", "_reordered", "open", "rows")

    def __init__(self) -> None:
        self.open = 0
        """Streams that are open now."""
        self.rows = bytearray()
        self._first: array[float] = array("d")
        self._lost: array[float] = array("d")
        self._duplicated: array[float] = array("d")
        self._reordered: array[float] = array("d")

    def first(self, received_s: float, waited_s: float) -> None:
        """Note a stream's first event, and how long after the start of its connection it came."""
        self._first.extend((received_s, waited_s))

    def lose(self, noticed_s: float, count: int) -> None:
        """Note that so many numbers were passed over; below 0, that they have come since."""
        self._lost.extend((noticed_s, count))

    def duplicate(self, received_s: float) -> None:
        """Note that a number came that had come before."""
        self._duplicated.append(received_s)

    def reorder(self, received_s: float) -> None:
        """Note that a number came after a higher one, for the first time."""
        self._reordered.append(received_s)

    def take(self) -> _Taken:
        """Return what was noted, and begin anew."""
        return _Taken(
            _table(_emptied(self, "rows"), 3),
            _table(_emptied(self, "_first"), 2),
            _table(_emptied(self, "_lost"), 2),
            _table(_emptied(self, "_duplicated"), 1),
            _table(_emptied(self, "_reordered"), 1),
        )


class StreamRecorder:
    """Take down what the streams of a step bring."""

    def __init__(self, step: int, timeline: Timeline) -> None:
        self._step = step
        self._timeline = timeline
        self._encoder = HistogramEncoder()
        self._tallies: dict[str, StreamTally] = {}
        self._sums: dict[tuple[str, int], _Sum] = {}
        self._cell_began_s = timeline.origin_s

    def tally(self, name: str) -> StreamTally:
        """Return where streams of a name are tallied, the same for as long as the step lasts."""
        tally = self._tallies.get(name)
        if tally is None:
            tally = self._tallies[name] = StreamTally()
        return tally

    @property
    def open(self) -> int | None:
        """How many streams are open now; None: users hold none."""
        return sum(each.open for each in self._tallies.values()) if self._tallies else None

    def bin(self) -> None:
        """Bin what was taken down since the last time, so that a second's end brings no pause."""
        for name, tally in self._tallies.items():
            taken = tally.take()
            for code in taken.codes(self._timeline):
                self._sum(name, code).add(taken, self._timeline, code)

    def flush(self, now_s: float) -> list[Line]:
        """Return what came since the last flush, as lines whose counts add up.

        To be called when a cell of the timeline ends, and at the end of the step.
        """
        self.bin()
        (present,) = self._timeline.codes(np.array([self._cell_began_s]))
        self._cell_began_s = now_s
        for name, tally in self._tallies.items():
            self._sum(name, int(present)).open = tally.open
        sums, self._sums = self._sums, {}
        return [self._line(name, code, each) for (name, code), each in sums.items()]

    def _sum(self, name: str, code: int) -> _Sum:
        found = self._sums.get((name, code))
        if found is None:
            found = self._sums[name, code] = _Sum()
        return found

    def _line(self, name: str, code: int, summed: _Sum) -> Line:
        cell = Timeline.decode(code)
        return {
            "type": "stream",
            "step": self._step,
            "phase": cell.phase,
            "slice": cell.slice,
            "name": name,
            "events": summed.events,
            "lost": summed.lost,
            "duplicated": summed.duplicated,
            "reordered": summed.reordered,
            "open": summed.open,
            "first_event_us": self._encoder.encode_binned(summed.first),
            "gap_us": self._encoder.encode_binned(summed.gap),
            "delivery_us": self._encoder.encode_binned(summed.delivery),
        }


class _Taken:
    """What a tally had noted; the first column of each table is a moment."""

    __slots__ = ("duplicated", "first", "lost", "reordered", "rows")

    def __init__(self, *tables: NDArray[np.float64]) -> None:
        self.rows, self.first, self.lost, self.duplicated, self.reordered = tables

    def codes(self, timeline: Timeline) -> Iterator[int]:
        """Yield the cells that something belongs to."""
        tables = (self.rows, self.first, self.lost, self.duplicated, self.reordered)
        moments_s = np.concatenate([table[:, 0] for table in tables])
        yield from map(int, np.unique(timeline.codes(moments_s)))


class _Sum:
    """What the streams of one name brought in one cell."""

    __slots__ = (
        "delivery",
        "duplicated",
        "events",
        "first",
        "gap",
        "lost",
        "open",
        "reordered",
    )

    def __init__(self) -> None:
        self.events = self.lost = self.duplicated = self.reordered = self.open = 0
        self.first = BinnedDurations()
        self.gap = BinnedDurations()
        self.delivery = BinnedDurations()

    def add(self, taken: _Taken, timeline: Timeline, code: int) -> None:
        """Add what of it belongs to a cell."""

        def own(table: NDArray[np.float64]) -> NDArray[np.float64]:
            kept: NDArray[np.float64] = table[timeline.codes(table[:, 0]) == code]
            return kept

        rows = own(taken.rows)
        self.events += len(rows)
        self.gap.add(_known(rows[:, _GAP]))
        self.delivery.add(_known(rows[:, _DELAY]))
        self.first.add(own(taken.first)[:, 1])
        self.lost += int(own(taken.lost)[:, 1].sum())
        self.duplicated += len(own(taken.duplicated))
        self.reordered += len(own(taken.reordered))


def _emptied(tally: StreamTally, field: str) -> bytearray | array[float]:
    noted: bytearray | array[float] = getattr(tally, field)
    setattr(tally, field, bytearray() if isinstance(noted, bytearray) else array("d"))
    return noted


def _table(values: bytearray | array[float], columns: int) -> NDArray[np.float64]:
    return np.frombuffer(values, np.float64).reshape(-1, columns)


def _known(values: NDArray[np.float64]) -> NDArray[np.float64]:
    known: NDArray[np.float64] = values[~np.isnan(values)]
    return known
