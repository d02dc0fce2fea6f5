"""How long a step warms up, and whether a level fits the time that it is given."""

from __future__ import annotations

from math import ceil, inf
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

QUIET_S: Final = 5.0
"""No stream was opened for so long: no more will be. The system connects again after 1, 2, 4 s."""

_DEFAULT_SPREAD_S: Final = 0.1
"""Over which users start where the service time is not known."""

_MAX_SPREAD_S: Final = 5.0
"""However long a service time is."""


def start_spread_s(service_time_s: float | None) -> float:
    """Return over how many seconds users start, so that answers don't come in waves.

    >>> start_spread_s(0.25), start_spread_s(None), start_spread_s(60.0)
    (0.25, 0.1, 5.0)
    """
    return min(service_time_s or _DEFAULT_SPREAD_S, _MAX_SPREAD_S)


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


class Pilot:
    """A level's first seconds: goes on until it is known how long the level warms up.

    In the open model the schedule decides the throughput, and nothing is to be learnt from it.
    Where users hold streams, those are opened once, slowly at first if all connect in one instant;
    so it goes on until each user has its own, or no more of them are opened.

    Args:
        load: the level.
        spread_s: over which its users start.
        limit_s: when it is over whatever it has seen; from the last user's start, in seconds.
    """

    def __init__(self, load: LoadLevel, spread_s: float, limit_s: float) -> None:
        self.throughput_per_s = 0.0
        """What completed since the last user's start; of streams: opened since the first's."""
        self._load = load
        self._spread_s = spread_s
        self._limit_s = limit_s
        self._early = 0
        self._streams = 0
        self._grew_at_s = 0.0
        self._is_settled = True
        self._holds_alone = False

    def is_over(self, elapsed_s: float, completed: int, streams: int | None = None) -> bool:
        """Tell whether enough was seen, or the time for it is up.

        Args:
            elapsed_s: since the last user's start; below 0 before that.
            completed: requests and openings until now, failed ones included.
            streams: how many are open now; None: users hold none.
        """
        if elapsed_s <= 0:
            self._early = completed
        self.throughput_per_s = (completed - self._early) / max(elapsed_s, PILOT_S)
        is_enough = completed >= ENOUGH_COMPLETIONS
        if isinstance(self._load, ArrivalRate):
            is_enough = True
        elif streams is not None:
            is_enough = self._see_streams(elapsed_s, completed, streams, self._load.users)
        return elapsed_s >= self._limit_s or (elapsed_s >= PILOT_S and is_enough)

    def warm_up_s(self) -> float:
        """Return how long the level has to run before its window may open; infinity: too long."""
        if not self._is_settled:
            return inf
        if self._holds_alone:
            return MIN_WARM_UP_S
        return warm_up_s(self._load, self.throughput_per_s, self._spread_s)

    def _see_streams(self, elapsed_s: float, completed: int, streams: int, users: int) -> bool:
        if streams > self._streams:
            self._streams, self._grew_at_s = streams, elapsed_s
        self._is_settled = streams >= users or elapsed_s - self._grew_at_s >= QUIET_S
        # Otherwise something else completes as well: requests, refused or repeated openings.
        self._holds_alone = completed == self._streams
        if self._holds_alone:
            opening_s = max(self._spread_s + self._grew_at_s, PILOT_S)
            self.throughput_per_s = self._streams / opening_s
        return self._is_settled


def reason_to_skip(
    load: LoadLevel,
    *,
    warm_up_s: float,
    max_warm_up_s: float,
    window_s: float,
    service_time_s: float | None,
) -> str | None:
    """Say why a level does not fit the time that it is given; None: it fits."""
    if warm_up_s == inf:
        limit = f"the {max_warm_up_s:.0f} s of max_warm_up"
        return f"{load}: streams were still being opened after {limit}"
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
