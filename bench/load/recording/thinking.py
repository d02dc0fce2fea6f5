"""Think time: how much of it there was, summed over all users."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter


class ThinkMeter:
    """Sum up the time that users spend thinking, the part that is still going on included."""

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._thinkers = 0
        self._total_s = 0.0  # of the thinkers that are not done: minus the moment they began

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count the time inside as thought by one user."""
        self.begin()
        try:
            yield
        finally:
            self.end()

    def begin(self) -> None:
        """Note that a user begins to think."""
        self._thinkers += 1
        self._total_s -= self._clock()

    def end(self) -> None:
        """Note that a user has thought."""
        self._thinkers -= 1
        self._total_s += self._clock()

    def total_s(self, now_s: float) -> float:
        """Return the time thought until now."""
        return self._total_s + self._thinkers * now_s
