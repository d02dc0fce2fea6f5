"""Asks: what a figure has to reach, and whether it did."""

from __future__ import annotations

from collections.abc import Iterable

from bench.errors import EXIT_OK, EXIT_REGRESSION
from bench.model.record import Record


class Ask(Record):
    """A figure with the bounds that it is to keep."""

    of: str
    """What was measured, for people."""
    value: float | None
    """None: it could not be measured."""
    at_least: float | None = None
    at_most: float | None = None
    detail: str = ""
    """The spread, or why there is no value."""

    @property
    def reached(self) -> bool:
        """Whether the figure was measured and keeps its bounds.

        >>> Ask(of="flow / wrk", value=0.7, at_least=0.7).reached
        True
        """
        if self.value is None:
            return False
        above = self.at_least is None or self.value >= self.at_least
        return above and (self.at_most is None or self.value <= self.at_most)

    def text(self) -> str:
        """Write it for people.

        >>> Ask(of="flow / wrk", value=0.65, at_least=0.7, detail="0.6 to 0.7").text()
        'not reached   flow / wrk: 0.65 (0.6 to 0.7), asked for: at least 0.7'
        >>> Ask(of="flow / wrk", value=None, at_least=0.7, detail="wrk isn't installed").text()
        "not measured  flow / wrk (wrk isn't installed), asked for: at least 0.7"
        """
        word = "reached" if self.reached else "not reached"
        if self.value is None:
            word, value = "not measured", ""
        else:
            value = f": {self.value:,.5g}"
        detail = f" ({self.detail})" if self.detail else ""
        return f"{word:<12}  {self.of}{value}{detail}, asked for: {self._bounds()}"

    def _bounds(self) -> str:
        bounds = []
        if self.at_least is not None:
            bounds.append(f"at least {self.at_least:,g}")
        if self.at_most is not None:
            bounds.append(f"at most {self.at_most:,g}")
        return " and ".join(bounds)


def exit_code(asks: Iterable[Ask], *, check: bool) -> int:
    """Return 1 if something asked for was not reached, and if somebody wants to hear of it."""
    return EXIT_REGRESSION if check and not all(ask.reached for ask in asks) else EXIT_OK
