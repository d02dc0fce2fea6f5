"""Streams: what the open streams (WebSocket, server-sent events) of a window brought.

Streams are opened at a step's start and held: what opening them took is seen in the warm-up, if at
all, so that connecting and first events are taken from warm-up and window. All else is of the
window alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from bench.analysis.histograms import Histogram, merge_encoded
from bench.analysis.ranks import take_quantile
from bench.analysis.tallies import OK
from bench.model.slices import RequestSlice, StreamSlice
from bench.model.summary import ObservedQuantity

EVENTS: Final = "stream_events"
OPEN: Final = "stream_open"
CONNECT: Final = "stream_connect"
FIRST_EVENT: Final = "stream_first_event"
GAP: Final = "stream_event_gap"
DELIVERY: Final = "stream_delivery_delay"
LOST: Final = "stream_lost"
DUPLICATED: Final = "stream_duplicated"
REORDERED: Final = "stream_reordered"


@dataclass(frozen=True, slots=True)
class StreamTally:
    """The streams of one name, or of all of them."""

    events_per_slice: Mapping[int, int]
    """Events of the window, by slice of the step."""
    open_per_slice: Mapping[int, int]
    """Streams open at the end of each slice of the window."""
    lost: int
    duplicated: int
    reordered: int
    connect: Histogram
    """From the start of the connection to the answer that opens the stream."""
    first_event: Histogram
    gap: Histogram
    delivery: Histogram

    @property
    def events(self) -> int:
        """Events of the window."""
        return sum(self.events_per_slice.values())

    @property
    def most_open(self) -> int:
        """The most streams that were open at the end of a slice of the window."""
        return max(self.open_per_slice.values(), default=0)

    @property
    def median_open(self) -> int:
        """The streams that were open at the end of a slice of the window, the median of them."""
        counts = sorted(self.open_per_slice.values())
        return int(take_quantile(counts, 0.5)) if counts else 0


def tally_streams(
    lines: Iterable[StreamSlice], handshakes: Iterable[RequestSlice] = ()
) -> StreamTally:
    """Add stream lines up.

    Args:
        lines: those of warm-up and window.
        handshakes: the requests that opened the streams, of warm-up and window.
    """
    lines = tuple(lines)
    within = [line for line in lines if line.phase == "window"]
    events: Counter[int] = Counter()
    still_open: Counter[int] = Counter()
    for line in within:
        events[line.slice] += line.events
        still_open[line.slice] += line.open
    return StreamTally(
        events_per_slice=dict(events),
        open_per_slice=dict(still_open),
        # A number that was missed in the warm-up and came in the window was lost in neither.
        lost=max(0, sum(line.lost for line in within)),
        duplicated=sum(line.duplicated for line in within),
        reordered=sum(line.reordered for line in within),
        connect=merge_encoded(line.response_us for line in handshakes if line.outcome == OK),
        first_event=merge_encoded(line.first_event_us for line in lines),
        gap=merge_encoded(line.gap_us for line in within),
        delivery=merge_encoded(line.delivery_us for line in within),
    )


def observe_streams(streams: StreamTally, window_s: float) -> dict[str, ObservedQuantity]:
    """Write the tally of streams as observations; what nobody saw is left out.

    Events per second and counts are one number of the whole window, so that their n is 1.
    """
    observed = {
        EVENTS: _one(streams.events / window_s, "1/s"),
        OPEN: _levels(sorted(streams.open_per_slice.values()), "connections"),
        CONNECT: _times(streams.connect),
        FIRST_EVENT: _times(streams.first_event),
        GAP: _times(streams.gap),
        DELIVERY: _times(streams.delivery),
        LOST: _one(streams.lost, "events"),
        DUPLICATED: _one(streams.duplicated, "events"),
        REORDERED: _one(streams.reordered, "events"),
    }
    return {name: quantity for name, quantity in observed.items() if quantity is not None}


def _one(value: float, unit: str) -> ObservedQuantity:
    return ObservedQuantity(unit=unit, n=1, median=value, p99=value, max=value)


def _levels(ordered: list[int], unit: str) -> ObservedQuantity | None:
    if not ordered:
        return None
    return ObservedQuantity(
        unit=unit,
        n=len(ordered),
        median=take_quantile(ordered, 0.5),
        p99=take_quantile(ordered, 0.99),
        max=ordered[-1],
    )


def _times(histogram: Histogram) -> ObservedQuantity | None:
    median, p99, longest = histogram.quantile_s(0.5), histogram.quantile_s(0.99), histogram.max_s
    if median is None or p99 is None or longest is None:
        return None
    return ObservedQuantity(unit="s", n=histogram.count, median=median, p99=p99, max=longest)
