"""Sparklines: a row of numbers as a row of bars, one character each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_BARS: Final = "▁▂▃▄▅▆▇█"
_PLAIN: Final = "_.-=+*#@"
"""For terminals that know no other characters."""


def draw_sparkline(values: Sequence[float], width: int, *, plain: bool = False) -> str:
    """Draw the last numbers, from 0 to the highest of them; shorter where there are fewer.

    >>> draw_sparkline([0, 1, 2, 4, 4], 4)
    '▂▄██'
    >>> draw_sparkline([0.0, 7.0], 8, plain=True), draw_sparkline([], 8)
    ('_@', '')
    """
    shown = [max(value, 0.0) for value in values[-width:]]
    highest = max(shown, default=0.0)
    bars = _PLAIN if plain else _BARS
    if highest == 0:
        return bars[0] * len(shown)
    return "".join(bars[min(int(value / highest * len(bars)), len(bars) - 1)] for value in shown)
