"""Bounds: numbers as people write them, in a unit that fits what is bounded."""

from __future__ import annotations

import re
from typing import Final, Literal

from bench.units import format_bytes, parse_bytes, parse_duration_s, parse_ratio

Dimension = Literal["time", "ratio", "memory", "rate", "count", "told"]
"""What kind of number a quantity is; only numbers of one kind can be compared.

`told` is what an observation is: of the kind that its bound is written in.
"""

_BARE_NUMBER: Final = re.compile(r"^[\d.]+$")
_RATE: Final = re.compile(r"^(\d+(?:\.\d+)?)\s*(?:/\s*s)?$")
_COUNT: Final = re.compile(r"^\d+(?:\.\d+)?$")


def parse_bound(dimension: Dimension, bound: str, within: str) -> float:
    """Read a bound in SI units: seconds, a ratio, bytes, per second, or a count.

    Args:
        dimension: what is bounded.
        bound: the number with its unit.
        within: all that was written, for the message.

    Raises:
        ValueError: it is none of that kind, or negative.

    >>> parse_bound("time", "250ms", ""), parse_bound("memory", "2KiB", "")
    (0.25, 2048.0)
    >>> parse_bound("rate", "80/s", ""), parse_bound("ratio", "0.1%", "")
    (80.0, 0.001)
    """
    match dimension:
        case "time":
            if _BARE_NUMBER.match(bound):
                raise ValueError(
                    f"the bound in {within!r} has no unit: write {bound}ms, or {bound}s"
                )
            return parse_duration_s(bound)
        case "memory":
            return parse_bytes(bound)
        case "ratio":
            ratio = parse_ratio(bound)
            if not 0 <= ratio <= 1:
                raise ValueError(f"the bound in {within!r} is a ratio, from 0 to at most 1 or 100%")
            return ratio
        case "rate" | "count":
            return _parse_number(dimension, bound, within)
        case "told":  # pragma: no branch - the last of the kinds
            return _parse_told(bound, within)


def write_bound(dimension: Dimension, value: float) -> str:
    """Write a value as bounds are written, to four digits.

    >>> [write_bound("time", 0.31276), write_bound("ratio", 0.001), write_bound("rate", 80)]
    ['312.8ms', '0.1%', '80/s']
    >>> [write_bound("memory", 67108864), write_bound("count", 41)]
    ['64.0 MiB', '41']
    """
    match dimension:
        case "time":
            return f"{value:.4g}s" if value >= 1 else f"{value * 1e3:.4g}ms"
        case "memory":
            return format_bytes(value)
        case "ratio":
            return f"{value * 100:.4g}%"
        case "rate":
            return f"{value:.4g}/s"
        case "count" | "told":  # pragma: no branch - the last of the kinds
            return f"{value:.4g}"


def _parse_number(dimension: Literal["rate", "count"], bound: str, within: str) -> float:
    match = (_RATE if dimension == "rate" else _COUNT).match(bound)
    if match is None:
        such = "a number per second, such as 500 or 500/s" if dimension == "rate" else "a number"
        raise ValueError(f"the bound in {within!r} is {such}, not {bound!r}")
    return float(match[0].partition("/")[0])


def _parse_told(bound: str, within: str) -> float:
    """Read the bound of an observation, whose unit is known only when it is told."""
    if _RATE.match(bound):
        return _parse_number("rate", bound, within)
    for parse in (parse_duration_s, parse_bytes, parse_ratio):
        try:
            return parse(bound)
        except ValueError:
            continue
    raise ValueError(
        f"the bound in {within!r} is a number in the observation's own unit, or one with a unit "
        f"such as 250ms, 2MiB, 80/s or 5%, not {bound!r}"
    )
