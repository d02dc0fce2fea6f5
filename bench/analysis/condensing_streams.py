"""Condensing streams: what they brought in the trials of one line, taken together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bench.analysis.spreads import spread_over
from bench.analysis.streams import (
    CONNECT,
    DELIVERY,
    DUPLICATED,
    EVENTS,
    FIRST_EVENT,
    GAP,
    LOST,
    OPEN,
    REORDERED,
)
from bench.model.condensed import CondensedStreams, Spread
from bench.model.summary import ObservedQuantity, StepRow


def condense_streams(rows: Sequence[StepRow]) -> CondensedStreams | None:
    """Take medians of what was measured, and add up what went wrong; None without streams."""
    if not any(EVENTS in row.observations for row in rows):
        return None
    return CondensedStreams(
        open=_spread(rows, OPEN, _median),
        events_per_s=_spread(rows, EVENTS, _median),
        connect_p50_s=_spread(rows, CONNECT, _median),
        first_event_p50_s=_spread(rows, FIRST_EVENT, _median),
        first_event_p99_s=_spread(rows, FIRST_EVENT, _p99),
        gap_p50_s=_spread(rows, GAP, _median),
        gap_p99_s=_spread(rows, GAP, _p99),
        delivery_p50_s=_spread(rows, DELIVERY, _median),
        delivery_p99_s=_spread(rows, DELIVERY, _p99),
        lost=_summed(rows, LOST),
        duplicated=_summed(rows, DUPLICATED),
        reordered=_summed(rows, REORDERED),
    )


def _spread(
    rows: Sequence[StepRow], name: str, take: Callable[[ObservedQuantity], float]
) -> Spread | None:
    return spread_over(take(row.observations[name]) for row in rows if name in row.observations)


def _summed(rows: Sequence[StepRow], name: str) -> int:
    return round(sum(row.observations[name].max for row in rows if name in row.observations))


def _median(observed: ObservedQuantity) -> float:
    return observed.median


def _p99(observed: ObservedQuantity) -> float:
    return observed.p99
