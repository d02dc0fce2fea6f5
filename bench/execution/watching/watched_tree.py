"""A process tree under watch: who belongs to it, what was last seen, and when to look again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

from bench.execution.watching.process_reading import (
    Clock,
    ClockReading,
    cpu_ratio_between,
    read_clocks,
    read_processes,
)
from bench.execution.watching.process_source import ProcessSource, find_tree
from bench.model.reading import Edge, ProcessReading, Subject

Roots = Callable[[], Sequence[int]]

THOROUGH_INTERVAL_S: Final = 1.0
"""Trees change, and shared memory is dear: looked at again after this long at the earliest."""

_MOST_OF_THE_TIME: Final = 1 / 20
"""Looking takes no more than this share of the time: what is dear to read is read less often."""


class WatchedTree:
    """One subject's processes.

    Args:
        subject: whose processes they are.
        roots: asked each time for the processes that the tree starts from; none: no readings.
        interval_s: from one quick look to the next.
        slow: whether thorough looks include what is dear.
        source: how processes are read.
        clock: the machine's monotonic clock.
    """

    def __init__(
        self,
        subject: Subject,
        roots: Roots,
        *,
        interval_s: float,
        slow: bool,
        source: ProcessSource,
        clock: Clock,
    ) -> None:
        self.subject = subject
        self.roots = roots
        self.latest: ProcessReading | None = None
        self.cpu_ratio: float | None = None
        self.due_s = clock()
        self._thorough_due_s = self.due_s
        self._interval_s = interval_s
        self._slow = slow
        self._source = source
        self._clock = clock
        self._pids: tuple[int, ...] = ()
        self._polled: ClockReading | None = None

    def wants_thorough_look(self) -> bool:
        """Tell whether the look that is due is nearer to a thorough one than the next would be.

        Thorough looks take the place of quick ones, since two at nearly the same time would make
        the CPU ratio between them a matter of luck.
        """
        return self._thorough_due_s <= self._clock() + self._interval_s / 2

    def find(self, roots: AbstractSet[int], apart: AbstractSet[int]) -> None:
        """Find out who belongs to the tree at the moment."""
        self._pids = find_tree(self._source, roots, apart)

    def look_quickly(self, step: int | None) -> ProcessReading:
        """Read what is cheap, of the processes known from the last thorough look."""
        clocks = self.read_clocks()
        reading = self.read(clocks, step)
        self._note_poll(clocks)
        self.due_s = self._due_s(self._interval_s, reading.cost_s)
        return reading

    def look_thoroughly(
        self, step: int | None, roots: AbstractSet[int], apart: AbstractSet[int]
    ) -> ProcessReading:
        """Find the tree anew and read it; may take long, so it is run beside the event loop."""
        began_s = self._clock()
        self.find(roots, apart)
        found_s = self._clock() - began_s
        clocks = self.read_clocks()
        clocks = replace(clocks, cost_s=clocks.cost_s + found_s)
        reading = self.read(clocks, step, slow=self._slow)
        self._note_poll(clocks)
        self.due_s = self._due_s(self._interval_s, 0.0)
        self._thorough_due_s = self._due_s(THOROUGH_INTERVAL_S, reading.cost_s)
        return reading

    def read_clocks(self) -> ClockReading:
        """Read the CPU clocks alone: the part of a reading that has to be in time."""
        return read_clocks(self._source, self._pids, self._clock)

    def read(
        self,
        clocks: ClockReading,
        step: int | None,
        *,
        edge: Edge | None = None,
        slow: bool = False,
    ) -> ProcessReading:
        """Make a reading of clocks that were just read, and all else as it is now."""
        self.latest = read_processes(
            self._source,
            self.subject,
            self._pids,
            clocks,
            step=step,
            edge=edge,
            slow=slow,
            clock=self._clock,
        )
        return self.latest

    def put_off(self) -> None:
        """Take a thorough look made elsewhere as one of this tree's own."""
        cost_s = 0.0 if self.latest is None else self.latest.cost_s
        self._thorough_due_s = self._due_s(THOROUGH_INTERVAL_S, cost_s)

    def _note_poll(self, clocks: ClockReading) -> None:
        if self._polled is not None:
            self.cpu_ratio = cpu_ratio_between(self._polled, clocks)
        self._polled = clocks

    def _due_s(self, interval_s: float, cost_s: float) -> float:
        return self._clock() + max(interval_s - cost_s, cost_s / _MOST_OF_THE_TIME)
