"""Ratios of contenders, taken round by round, and how far they lie apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from bench.model.record import Record


class Spread(Record):
    """The median of several rounds, the lowest and the highest of them."""

    median: float
    low: float
    high: float
    n: int

    def text(self, digits: int = 2) -> str:
        """Write it for people.

        >>> Spread(median=0.5, low=0.25, high=1, n=3).text()
        '0.50 (0.25 to 1.00, n = 3)'
        """
        return f"{self.median:,.{digits}f} ({self.range_text(digits)})"

    def range_text(self, digits: int = 2) -> str:
        """Write how far the rounds lie apart, and how many there were."""
        return f"{self.low:,.{digits}f} to {self.high:,.{digits}f}, n = {self.n}"


def spread_of(values: Iterable[float]) -> Spread | None:
    """Return the spread of values; None where there are none.

    >>> spread_of([3, 1, 2, 10])
    Spread(median=2.5, low=1.0, high=10.0, n=4)
    """
    known = sorted(values)
    if not known:
        return None
    return Spread(median=median(known), low=known[0], high=known[-1], n=len(known))


def ratios_by_round(
    rounds: Sequence[Mapping[str, float]], above: str, below: str
) -> tuple[float, ...]:
    """Divide one contender by another in each round that has both.

    The machine drifts from round to round; within one it hardly does. So the quotient is taken
    there, and its median afterwards, which isn't the quotient of the medians.

    >>> ratios_by_round([{"a": 6, "b": 3}, {"a": 6}, {"a": 5, "b": 2}, {"a": 1, "b": 0}], "a", "b")
    (2.0, 2.5)
    """
    return tuple(
        one[above] / one[below] for one in rounds if above in one and one.get(below, 0.0) > 0
    )
