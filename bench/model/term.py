"""Terms: the quantities that checks are about, such as `a.p99` or `a.slope(memory)`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final, Literal

from bench.model.bound import Dimension
from bench.model.record import Record

CheckedQuantity = Literal[
    "throughput",
    "p50",
    "p90",
    "p95",
    "p99",
    "p999",
    "max",
    "mean",
    "error_ratio",
    "cpu",
    "cores",
    "memory",
    "rss",
    "uss",
    "virtual",
    "threads",
    "fds",
    "switches",
    "loop_lag",
    "bystander",
    "observed",
]
"""What a check can look at; loop lag and bystander by their 99th percentiles."""

Statistic = Literal["median", "p99", "max"]
"""What of an observation, which is told many times in a window."""

DIMENSIONS: Final[Mapping[CheckedQuantity, Dimension]] = MappingProxyType(
    {
        "throughput": "rate",
        "p50": "time",
        "p90": "time",
        "p95": "time",
        "p99": "time",
        "p999": "time",
        "max": "time",
        "mean": "time",
        "error_ratio": "ratio",
        "cpu": "time",
        "cores": "count",
        "memory": "memory",
        "rss": "memory",
        "uss": "memory",
        "virtual": "memory",
        "threads": "count",
        "fds": "count",
        "switches": "count",
        "loop_lag": "time",
        "bystander": "time",
        "observed": "told",
    }
)

COUNTED: Final[frozenset[CheckedQuantity]] = frozenset({"threads", "fds", "observed"})
"""What is exact where it is equal in all trials, instead of rounded alike."""

_TERM: Final = re.compile(
    r"^(?:(?P<variant>[A-Za-z0-9][A-Za-z0-9_.-]*)\.)?"
    r"(?:slope\(\s*(?P<sloped>[^()]+(?:\([^()]*\))?)\s*\)|(?P<plain>[^().]+(?:\([^()]*\))?))$"
)
"""A variant's name may contain dots; no quantity does, so that the last one parts the two."""

_QUANTITY: Final = re.compile(
    r"^(?:observed\(\s*(?P<told>[A-Za-z_][A-Za-z0-9_-]*)(?:\.(?P<statistic>[a-z0-9]+))?\s*\)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_-]*))$"
)


class Term(Record):
    """A quantity of a variant; None: of each variant in turn, or of the other side's."""

    variant: str | None
    quantity: CheckedQuantity
    told: str | None = None
    """The name of the observation, where the quantity is one."""
    statistic: Statistic = "median"
    """Of an observation."""
    sloped: bool = False
    """Whether it is how the quantity grows with each user, or each request per second."""

    def __str__(self) -> str:
        text: str = self.quantity
        if self.told is not None:
            of = "" if self.statistic == "median" else f".{self.statistic}"
            text = f"observed({self.told}{of})"
        if self.sloped:
            text = f"slope({text})"
        return text if self.variant is None else f"{self.variant}.{text}"

    @property
    def dimension(self) -> Dimension:
        """What kind of number it is; a slope is one per user, of the same kind."""
        return DIMENSIONS[self.quantity]


def parse_term(text: str, given: str) -> Term | None:
    """Read a quantity with or without its variant; None: it is a number, or nothing of the kind.

    Args:
        text: the quantity.
        given: all that was written, for the message.

    Raises:
        ValueError: it would be one, if only there were such a quantity.

    >>> str(parse_term("v1.2-asgi.slope(observed(rows.max))", ""))
    'v1.2-asgi.slope(observed(rows.max))'
    >>> parse_term("3ms", "") is None
    True
    """
    match = _TERM.match(text)
    if match is None:
        return None
    parts = _QUANTITY.match(match["sloped"] or match["plain"])
    if parts is None:
        return None
    if parts["told"] is not None:
        quantity: str = "observed"
        statistic = parts["statistic"] or "median"
        if statistic not in ("median", "p99", "max"):
            raise ValueError(
                f"observed({parts['told']}.{statistic}) in {given!r}: of an observation there are "
                "median, p99 and max"
            )
    else:
        quantity, statistic = parts["name"], "median"
        _refuse_unknown(quantity, given)
    return Term.model_validate(
        {
            "variant": match["variant"],
            "quantity": quantity,
            "told": parts["told"],
            "statistic": statistic,
            "sloped": match["sloped"] is not None,
        }
    )


def _refuse_unknown(quantity: str, given: str) -> None:
    named = [name for name in DIMENSIONS if name != "observed"]
    if quantity in named:
        return
    if quantity == "observed":
        raise ValueError(f"say what is observed in {given!r}: observed(NAME)")
    near = get_close_matches(quantity, named, n=1)
    guess = f"; did you mean {near[0]}?" if near else f"; these are: {', '.join(named)}"
    raise ValueError(f"{quantity!r} is no quantity in {given!r}{guess}")
