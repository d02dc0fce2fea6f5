"""The numbers of a stream's events: which were passed over, came twice, or came late."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final, NamedTuple, Protocol

_MOST_GAPS: Final = 1000
"""Gaps that are remembered of one stream; the numbers of older ones stay lost."""


class NumberingLog(Protocol):
    """Who wants to know of numbers that did not come in turn."""

    def lose(self, noticed_s: float, count: int) -> None:
        """Note that so many numbers were passed over; below 0, that they have come since."""

    def duplicate(self, received_s: float) -> None:
        """Note that a number came that had come before."""

    def reorder(self, received_s: float) -> None:
        """Note that a number came after a higher one, for the first time."""


class _Gap(NamedTuple):
    """Numbers that are missing, the last one included."""

    first: int
    last: int
    noticed_s: float


class Numbering:
    """Follow the numbers of one stream, which begin anywhere and rise by one.

    Every number from the lowest seen to the highest is either seen or in a gap.
    """

    __slots__ = ("_gaps", "_lowest", "expected")

    def __init__(self) -> None:
        self.expected: int | None = None
        """The number that is next in turn; whoever gets it may count it up without asking here."""
        self._lowest = 0
        self._gaps: list[_Gap] | None = None

    def note(self, number: int, received_s: float, log: NumberingLog) -> None:
        """Note a number, whether it is the next in turn or not."""
        if self.expected is None:
            self._lowest = number
        elif number > self.expected:
            self._add(_Gap(self.expected, number - 1, received_s), log)
        elif number < self.expected:
            self._note_late(number, received_s, log)
            return
        self.expected = number + 1

    def _note_late(self, number: int, received_s: float, log: NumberingLog) -> None:
        if number < self._lowest:
            log.reorder(received_s)
            if number + 1 < self._lowest:
                self._add(_Gap(number + 1, self._lowest - 1, received_s), log)
            self._lowest = number
        elif self._fill(number, log):
            log.reorder(received_s)
        else:
            log.duplicate(received_s)

    def _add(self, gap: _Gap, log: NumberingLog) -> None:
        log.lose(gap.noticed_s, gap.last - gap.first + 1)
        if self._gaps is None:
            self._gaps = []
        self._gaps.insert(bisect_right(self._gaps, gap), gap)
        if len(self._gaps) > _MOST_GAPS:
            del self._gaps[0]

    def _fill(self, number: int, log: NumberingLog) -> bool:
        """Take a number out of its gap; return whether it was in one."""
        gaps = self._gaps or []
        index = bisect_right(gaps, number, key=lambda each: each.first) - 1
        if index < 0 or number > gaps[index].last:
            return False
        gap = gaps[index]
        parts = (gap._replace(last=number - 1), gap._replace(first=number + 1))
        gaps[index : index + 1] = [part for part in parts if part.first <= part.last]
        # In the second in which it was passed over, so that this one's sum comes out right.
        log.lose(gap.noticed_s, -1)
        return True
