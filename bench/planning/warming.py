"""How long a step warms up, and whether a level fits the time that it is given."""

from __future__ import annotations

from math import ceil
from typing import Final

from bench.model.load_level import ArrivalRate, LoadLevel, Users

MIN_WARM_UP_S: Final = 2.0
"""Below this, imports, caches and connection pools of a fresh target are still being filled."""

_TURNOVERS: Final = 1.2
"""How often each user of the closed model is answered before the window opens."""

_SERVICE_TIMES_PER_WINDOW: Final = 10
"""Shorter windows catch completions in waves, and their throughput depends on where they start."""

PILOT_S: Final = 1.0
"""How long a step runs before its throughput is first looked at."""

ENOUGH_COMPLETIONS: Final = 5
"""With fewer, the pilot goes on: the throughput would be a guess."""


def warm_up_s(load: LoadLevel, pilot_throughput_per_s: float, spread_s: float = 0.0) -> float:
    """Return how long a level has to run before its window may open.

    In the closed model a queue of N users is served in N / X seconds, X being the throughput; each
    user must have been answered about once before responses are those of a full queue. The last
    user starts after `spread_s`.

    >>> warm_up_s(Users(users=100), 10.0), warm_up_s(Users(users=10), 100.0)
    (12.0, 2.0)
    """
    if isinstance(load, Users) and pilot_throughput_per_s > 0:
        queue_s = _TURNOVERS * load.users / pilot_throughput_per_s
        return max(MIN_WARM_UP_S, spread_s + queue_s)
    return MIN_WARM_UP_S


def pilot_is_over(load: LoadLevel, completed: int, elapsed_s: float, limit_s: float) -> bool:
    """Tell whether enough was seen to know how long a level warms up, or the time for it is up.

    In the open model the schedule decides the throughput, and nothing is to be learnt from it.
    """
    if elapsed_s >= limit_s:
        return True
    is_enough = completed >= ENOUGH_COMPLETIONS or isinstance(load, ArrivalRate)
    return elapsed_s >= PILOT_S and is_enough


def reason_to_skip(
    load: LoadLevel,
    *,
    warm_up_s: float,
    max_warm_up_s: float,
    window_s: float,
    service_time_s: float | None,
) -> str | None:
    """Say why a level does not fit the time that it is given; None: it fits."""
    if warm_up_s > max_warm_up_s:
        return (
            f"{load}: a warm-up of {warm_up_s:.0f} s is needed until each user was answered once, "
            f"and max_warm_up allows {max_warm_up_s:.0f} s"
        )
    shortest_s = _SERVICE_TIMES_PER_WINDOW * (service_time_s or 0.0)
    if window_s < shortest_s:
        return (
            f"{load}: a window of {window_s:g} s is shorter than {_SERVICE_TIMES_PER_WINDOW} "
            f"service times of {service_time_s:.3g} s; give --duration {ceil(shortest_s)}s or more"
        )
    return None
