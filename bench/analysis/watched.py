"""What was watched during a window: counters between its edges, levels within it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

from bench.model.reading import MachineReading, ProcessReading

_Reading = TypeVar("_Reading", ProcessReading, MachineReading)


@dataclass(frozen=True, slots=True)
class WatchedProcesses:
    """The readings of one process tree in one window."""

    opens: ProcessReading | None = None
    closes: ProcessReading | None = None
    within: tuple[ProcessReading, ...] = ()
    """All readings of the window, its edges included."""

    def spent(self, counter: Callable[[ProcessReading], float | None]) -> float | None:
        """Return by how much a counter grew from edge to edge.

        None where an edge is missing, or where the counter fell: a process that ended took its
        share of the counter with it.
        """
        return _growth(self.opens, self.closes, counter)

    def typical(self, level: Callable[[ProcessReading], int | None]) -> int | None:
        """Return the median of a level over the window, rounded to a whole number."""
        levels = self._seen(level)
        return round(median(levels)) if levels else None

    def peak(self, level: Callable[[ProcessReading], int | None]) -> int | None:
        """Return the highest value that a level had in any reading of the window."""
        return max(self._seen(level), default=None)

    def _seen(self, level: Callable[[ProcessReading], int | None]) -> list[int]:
        values = (level(reading) for reading in self.within)
        return [value for value in values if value is not None]


@dataclass(frozen=True, slots=True)
class WatchedMachine:
    """The readings of the machine at the edges of one window."""

    opens: MachineReading | None = None
    closes: MachineReading | None = None

    def spent(self, counter: Callable[[MachineReading], float | None]) -> float | None:
        """Return by how much a counter grew from edge to edge; None where it is unknown."""
        return _growth(self.opens, self.closes, counter)


def join_processes(
    edges: Iterable[ProcessReading], polls: Iterable[ProcessReading]
) -> WatchedProcesses:
    """Join the edge readings of one tree with the polls that lie between them."""
    edges = tuple(edges)
    return WatchedProcesses(
        opens=next((reading for reading in edges if reading.edge == "opens"), None),
        closes=next((reading for reading in edges if reading.edge == "closes"), None),
        within=(*edges, *polls),
    )


def join_machine(edges: Iterable[MachineReading]) -> WatchedMachine:
    """Find the two edges among the machine's readings of a step."""
    edges = tuple(edges)
    return WatchedMachine(
        opens=next((reading for reading in edges if reading.edge == "opens"), None),
        closes=next((reading for reading in edges if reading.edge == "closes"), None),
    )


def _growth(
    opens: _Reading | None, closes: _Reading | None, counter: Callable[[_Reading], float | None]
) -> float | None:
    if opens is None or closes is None:
        return None
    before, after = counter(opens), counter(closes)
    if before is None or after is None or after < before:
        return None
    return after - before
