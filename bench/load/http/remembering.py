"""Answers that came before: what was made of their bytes, so that it needn't be made again.

What is made of an answer that came whole, in one piece, follows from its bytes alone. Servers
answer many requests alike; where they don't, remembering ends.
"""

from __future__ import annotations

from typing import Final, Generic, TypeVar

_Made = TypeVar("_Made")

_MOST_REMEMBERED: Final = 32
_LONGEST_REMEMBERED: Final = 16_384
_WORTH_IT: Final = 64
"""As many uses of each answer make up for remembering it."""


class Remembered(Generic[_Made]):
    """What was made of answers, by their bytes."""

    __slots__ = ("_is_over", "_uses_when_full", "known", "uses")

    def __init__(self) -> None:
        self.known: dict[bytes, _Made] = {}
        """The same object always, so that it may be kept at hand."""
        self.uses = 0
        """How often an answer was known: whoever looks it up counts."""
        self._uses_when_full = 0
        self._is_over = False

    def keep(self, data: bytes, made: _Made) -> None:
        """Remember what was made of an answer, unless answers have turned out to differ."""
        if self._is_over or not 0 < len(data) <= _LONGEST_REMEMBERED:
            return
        if len(self.known) >= _MOST_REMEMBERED:
            self.known.clear()
            if self.uses - self._uses_when_full < _WORTH_IT * _MOST_REMEMBERED:
                self._is_over = True
                return
            self._uses_when_full = self.uses
        self.known[data] = made
