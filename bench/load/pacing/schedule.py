"""Schedules of the open model: when requests are meant to be sent, whatever becomes of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from random import Random
from typing import Literal


def schedule(
    arrivals: Literal["even", "poisson"],
    *,
    origin_s: float,
    rate_per_s: float,
    seed: str,
    phase: float | None = None,
) -> Iterator[float]:
    """Yield the intended sends after `origin_s`, rising, without end.

    The same seed gives the same schedule.

    Args:
        phase: of even arrivals, how much of a gap lies before the first; None: a random part, so
            that two schedules don't coincide.
    """
    random = Random(seed)
    if arrivals == "even":
        return even(origin_s, rate_per_s, random.random() if phase is None else phase)
    return poisson(origin_s, rate_per_s, random)


def even(origin_s: float, rate_per_s: float, phase: float) -> Iterator[float]:
    """Yield moments `1 / rate` apart, the first after that part of a gap."""
    return (origin_s + (number + phase) / rate_per_s for number in count())


def poisson(origin_s: float, rate_per_s: float, random: Random) -> Iterator[float]:
    """Yield moments with exponential gaps: arrivals that know nothing of each other."""
    moment_s = origin_s
    while True:
        moment_s += random.expovariate(rate_per_s)
        yield moment_s
