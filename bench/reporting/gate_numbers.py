"""Numbers of a gate's rows as text, each with its unit, since a table mixes quantities."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from types import MappingProxyType
from typing import Final

from bench.model.gate import GateRow
from bench.reporting.labels import counted
from bench.reporting.number_text import (
    COUNT,
    MEBIBYTES,
    NOTHING,
    PER_SECOND,
    in_unit,
    pick_time_unit,
    three_digits,
)

_MORE_AND_LESS: Final = ("more", "less")
_SLOWER_AND_FASTER: Final = ("slower", "faster")
_WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {"cpu": _MORE_AND_LESS, "memory": _MORE_AND_LESS, "loop_lag": _MORE_AND_LESS}
)
_NO_CHANGE: Final = "no change"
_SMALLEST_PERCENT: Final = 0.05
"""What would be shown as 0.0 %."""
_NEAR_1: Final = (0.1, 10)
_WHOLE_PERCENT_FROM: Final = 99.95
"""What would be shown as 100.0 %: from here on tenths say nothing."""


def write_share(ratio: float | None) -> str:
    """Write a ratio as per cent, to a tenth.

    >>> write_share(0.03), write_share(0.0316), write_share(2.5), write_share(None)
    ('3 %', '3.2 %', '250 %', '-')
    """
    if ratio is None or not isfinite(ratio):
        return NOTHING
    percent = ratio * 100
    if abs(percent) >= _WHOLE_PERCENT_FROM:
        return f"{percent:,.0f} %"
    return f"{percent:.1f}".removesuffix(".0") + " %"


def write_worsening(row: GateRow) -> str:
    """Write by how much the candidate is worse, or better, in the quantity's own words."""
    if row.worsening is None or not isfinite(row.worsening):
        return NOTHING
    if abs(row.worsening) * 100 < _SMALLEST_PERCENT:
        return _NO_CHANGE
    worse, better = _WORDS.get(row.quantity, _SLOWER_AND_FASTER)
    return f"{write_share(abs(row.worsening))} {worse if row.worsening > 0 else better}"


def write_sides(row: GateRow) -> tuple[str, str]:
    """Write baseline and candidate, both in the same unit."""
    sides = (row.baseline, row.candidate)
    known = [side for side in sides if side is not None and isfinite(side)]
    unit = {
        "1/s": PER_SECOND,
        "s": pick_time_unit(known),
        "bytes": MEBIBYTES,
    }.get(row.unit, COUNT)
    gap = "" if unit in {PER_SECOND, COUNT} else " "
    baseline, candidate = (
        f"{in_unit(side, unit)}{gap}{unit.name}" if side in known else NOTHING for side in sides
    )
    return baseline, candidate


def write_ratio(row: GateRow) -> str:
    """Write candidate / baseline with its interval: `0.949 [0.941, 0.957]`."""
    if row.ratio is None or not isfinite(row.ratio):
        return NOTHING
    ratio = _ratio(row.ratio)
    if row.low is None or row.high is None:
        return ratio
    return f"{ratio} [{_ratio(row.low)}, {_ratio(row.high)}]"


def write_trials(row: GateRow) -> str:
    """Write on how many trials a row stands, and how many were left out: `16 (2)`."""
    return f"{row.n} ({row.dropped})" if row.dropped else str(row.n)


def write_trials_in_words(row: GateRow) -> str:
    """Write the same as part of a sentence."""
    left_out = f", {row.dropped} left out" if row.dropped else ""
    return f"{counted(row.n, 'trial')}{left_out}"


def _ratio(value: float) -> str:
    """Write a ratio near 1 to a thousandth: three digits would round 1.004 to 1.00."""
    if not isfinite(value):
        return "∞"
    return f"{value:.3f}" if _NEAR_1[0] <= value < _NEAR_1[1] else three_digits(value)
