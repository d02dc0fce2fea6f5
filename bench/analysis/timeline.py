"""Timelines: timed lines in order, of which a window takes those that lie in it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Generic, TypeVar

from bench.model.reading import Observation, ProcessReading
from bench.model.trial import StepTimes

Timed = TypeVar("Timed", bound=ProcessReading | Observation)


class Timeline(Generic[Timed]):
    """Lines sorted by time once, so that each of a trial's windows finds its own quickly."""

    def __init__(self, lines: Iterable[Timed]) -> None:
        self._lines = sorted(lines, key=lambda line: line.t_s)
        self._times_s = [line.t_s for line in self._lines]

    def within(self, times: StepTimes | None) -> tuple[Timed, ...]:
        """Return the lines from the window's opening to its closing; none without a window."""
        if times is None:
            return ()
        first = bisect_left(self._times_s, times.opens_at_s)
        last = bisect_right(self._times_s, times.closes_at_s)
        return tuple(self._lines[first:last])
