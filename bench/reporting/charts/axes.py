"""Axes: which unit and scale fit numbers, and where labels stand that must not overlap."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from bench.reporting.number_text import Unit, in_unit, pick_time_unit

ScaleType = Literal["linear", "log"]

_LOG_FROM: Final = 30.0
"""Numbers that lie further apart than this, as a ratio, are drawn on a logarithmic scale."""
_ROOM: Final = 1.08
"""How much of an axis is left free beyond the largest number."""
_LOG_ROOM: Final = 1.3
_KIB: Final = 1024.0

_QUANTITIES: Final = {
    "throughput": "throughput",
    "p50": "response time, median",
    "p90": "response time, p90",
    "p95": "response time, p95",
    "p99": "response time, p99",
    "p999": "response time, p99.9",
    "max": "response time, longest",
    "mean": "response time, mean",
    "error_ratio": "failed requests",
    "cpu": "CPU time per request",
    "cores": "cores in use",
    "memory": "memory",
    "rss": "resident memory",
    "uss": "memory of its own",
    "virtual": "address space",
    "threads": "threads",
    "fds": "open files",
    "switches": "context switches per request",
    "loop_lag": "lag of the event loop, p99",
    "bystander": "response time of the bystander, p99",
}


@dataclass(frozen=True, slots=True)
class Axis:
    """How numbers in SI units are drawn along one direction."""

    title: str
    unit: Unit
    scale: ScaleType
    low: float
    """The ends, in the axis' own unit."""
    high: float

    def drawn(self, value: float) -> float:
        """Return a number in SI units in the axis' own."""
        return value / self.unit.size

    def place(self, value: float, length: float) -> float:
        """Return how far from the low end a number in SI units lies.

        Args:
            value: the number.
            length: of the axis, in pixels.
        """
        at = min(max(self.drawn(value), self.low), self.high)
        if self.scale == "log":
            return length * math.log(at / self.low) / math.log(self.high / self.low)
        return length * (at - self.low) / (self.high - self.low)

    def value_at(self, place: float, length: float) -> float:
        """Return the number, in the axis' own unit, that lies so far from the low end.

        >>> axis = Axis("", Unit("", 1.0), "log", 1.0, 100.0)
        >>> round(axis.value_at(axis.place(10.0, 50.0), 50.0), 9)
        10.0
        """
        if self.scale == "log":
            return float(self.low * (self.high / self.low) ** (place / length))
        return self.low + (self.high - self.low) * place / length

    def text(self, value: float) -> str:
        """Write a number in SI units with the axis' unit."""
        return f"{in_unit(value, self.unit)} {self.unit.name}".strip()


def choose_axis(
    title: str,
    unit: str,
    values: Iterable[float],
    *,
    from_zero: bool = True,
    only_linear: bool = False,
) -> Axis:
    """Choose unit, scale and ends for numbers.

    Args:
        title: what they are.
        unit: the SI unit that they are in, as points name it.
        values: all that are drawn, ends of intervals among them.
        from_zero: whether a linear axis begins at 0.
        only_linear: whether it has to be linear, as the lengths of bars need it.

    >>> axis = choose_axis("CPU", "s", [0.0002, 0.0004])
    >>> axis.title, axis.scale, axis.low, round(axis.high)
    ('CPU, µs', 'linear', 0.0, 432)
    """
    known = [value for value in values if math.isfinite(value)]
    shown = pick_unit(unit, known)
    drawn = [value / shown.size for value in known] or [0.0]
    lowest, highest = min(drawn), max(drawn)
    named = f"{title}, {shown.name}" if shown.name else title
    if lowest > 0 and highest / lowest >= _LOG_FROM and not only_linear:
        return Axis(named, shown, "log", lowest / _LOG_ROOM, highest * _LOG_ROOM)
    low = min(0.0, lowest * _ROOM) if from_zero or lowest <= 0 else lowest / _ROOM
    high = highest * _ROOM if highest > 0 else 1.0
    return Axis(named, shown, "linear", low, high)


def pick_unit(unit: str, values: Sequence[float]) -> Unit:
    """Choose the unit that numbers are shown in, by the largest of them.

    >>> pick_unit("bytes", [3e6]).name, pick_unit("1/s", [5.0]).name, pick_unit("jobs", [5.0]).name
    ('MiB', '/s', 'jobs')
    """
    highest = max(map(abs, values), default=0.0)
    match unit:
        case "s":
            return pick_time_unit(values)
        case "bytes":
            power = min(int(math.log(highest, _KIB)), 4) if highest >= 1 else 0
            return Unit(("B", "KiB", "MiB", "GiB", "TiB")[power], _KIB**power)
        case "1/s":
            return Unit("/s", 1.0)
        case _:
            return Unit(unit, 1.0)


def call_quantity(quantity: str) -> str:
    """Say in words what a quantity is.

    >>> call_quantity("cpu"), call_quantity("slope(memory)"), call_quantity("observed(rows)")
    ('CPU time per request', 'memory, for each user', 'rows')
    """
    if quantity.startswith("slope("):
        return f"{call_quantity(quantity[6:-1])}, for each user"
    if quantity.startswith("observed("):
        return quantity[9:-1]
    return _QUANTITIES.get(quantity, quantity)


def spread_labels(places: Sequence[float], gap: float, length: float) -> list[float]:
    """Move labels apart that would overlap, as little as need be, in their order.

    Args:
        places: where they would stand, in pixels.
        gap: how far apart they must be.
        length: of the axis; they stay within it where there is room.

    >>> spread_labels([50.0, 52.0, 90.0], gap=10.0, length=100.0)
    [46.0, 56.0, 90.0]
    """
    order = sorted(range(len(places)), key=lambda index: places[index])
    blocks: list[tuple[list[int], float]] = []
    for index in order:
        block, centre = [index], _within(places[index], 1, gap, length)
        while blocks:
            above, middle = blocks[-1]
            needed = (len(above) + len(block)) / 2 * gap
            if centre - middle >= needed - 1e-9:
                break
            blocks.pop()
            joined = above + block
            wanted = (middle * len(above) + centre * len(block)) / len(joined)
            block, centre = joined, _within(wanted, len(joined), gap, length)
        blocks.append((block, centre))
    found = [0.0] * len(places)
    for block, centre in blocks:
        for number, index in enumerate(block):
            found[index] = centre + (number - (len(block) - 1) / 2) * gap
    return found


def _within(centre: float, labels: int, gap: float, length: float) -> float:
    """Keep a block of labels within the axis, as far as it has room there."""
    half = (labels - 1) / 2 * gap
    return min(max(centre, half), max(length - half, half))
