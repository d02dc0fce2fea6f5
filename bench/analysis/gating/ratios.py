"""Ratios of worsenings, from their logarithms."""

from __future__ import annotations

import math
from typing import Final

_MAX_LOG: Final = 709.0
"""About the largest logarithm whose exponential a float can hold."""


def to_ratio(logarithm: float) -> float:
    """Return by how much something grew: 0.05 is five per cent.

    Bounds of wildly different trials can lie beyond all floats, which is no reason to fail.

    >>> to_ratio(0.0), to_ratio(1e6)
    (0.0, inf)
    """
    return math.expm1(logarithm) if logarithm < _MAX_LOG else math.inf


def write_worsening(logarithm: float) -> str:
    """Write a worsening as people read it.

    >>> write_worsening(math.log(1.05))
    '5.0%'
    """
    return f"{to_ratio(logarithm):.1%}"
