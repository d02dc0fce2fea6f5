"""Clocks: what has to be added to a worker's clock to get the master's, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

TOLERANCE_S: Final = 0.005
"""Half of a 10 ms lateness: clocks further apart would turn punctual requests into late ones."""


@dataclass(frozen=True, slots=True)
class Ping:
    """One round trip: sent and received by the master's clock, answered by the worker's."""

    sent_s: float
    answered_s: float
    received_s: float


@dataclass(frozen=True, slots=True)
class Clock:
    """A worker's clock: `offset_s` is known to within `error_s`."""

    offset_s: float
    error_s: float

    def to_master(self, worker_s: float) -> float:
        """Return a moment of the worker's clock by the master's."""
        return worker_s + self.offset_s

    def to_worker(self, master_s: float) -> float:
        """Return a moment of the master's clock by the worker's."""
        return master_s - self.offset_s


def estimate_clock(pings: Sequence[Ping]) -> Clock:
    """Return the offset that the quickest round trip shows.

    The answer was given at some moment between sending and receiving: taking the middle errs by
    half of the round trip at most, however uneven the two ways were.

    Source: Cristian 1989, Probabilistic clock synchronization, Distributed Computing 3.

    >>> estimate_clock([Ping(10.0, 110.5, 10.5), Ping(20.0, 120.0625, 20.125)])
    Clock(offset_s=-100.0, error_s=0.0625)
    """
    quickest = min(pings, key=lambda ping: ping.received_s - ping.sent_s)
    return Clock(
        offset_s=(quickest.sent_s + quickest.received_s) / 2 - quickest.answered_s,
        error_s=(quickest.received_s - quickest.sent_s) / 2,
    )


def doubt_clocks(before: Clock, after: Clock) -> str:
    """Say what is wrong with a worker's clock over a step; nothing, if nothing is."""
    error_s = max(before.error_s, after.error_s)
    if error_s > TOLERANCE_S:
        return (
            f"its clock is known only to within {error_s * 1e3:.1f} ms, "
            f"where {TOLERANCE_S * 1e3:g} ms are needed"
        )
    moved_s = abs(after.offset_s - before.offset_s)
    if moved_s > TOLERANCE_S:
        return (
            f"its clock moved by {moved_s * 1e3:.1f} ms against the master's during the step, "
            f"where {TOLERANCE_S * 1e3:g} ms are allowed"
        )
    return ""
