"""Tables of streams: what the open connections of each load level and variant brought."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from bench.model.condensed import CondensedRow, CondensedStreams, Spread
from bench.reporting.key_columns import assemble_table, build_key_columns, build_texts
from bench.reporting.number_text import COUNT, PER_SECOND, Unit, in_unit
from bench.reporting.spread_columns import Quantity, build_columns
from bench.reporting.table import Column, Table

_CAPTION: Final = (
    "Connecting and first events: of warm-up and window, since streams are opened at the start; "
    "all else of the window. Delivery is from the server's stamp to the receipt. "
    "Medians over valid trials; lost, duplicated and reordered events are added up."
)


def _quantity(
    title: str, of: Callable[[CondensedStreams], Spread | None], unit: Unit | None, rank: int
) -> Quantity:
    return Quantity(title, lambda row: of(row.streams) if row.streams else None, unit, rank)


_QUANTITIES: Final = (
    _quantity("open", lambda streams: streams.open, COUNT, 0),
    _quantity("events", lambda streams: streams.events_per_s, PER_SECOND, 0),
    _quantity("connect p50", lambda streams: streams.connect_p50_s, None, 5),
    _quantity("first event p50", lambda streams: streams.first_event_p50_s, None, 2),
    _quantity("first event p99", lambda streams: streams.first_event_p99_s, None, 4),
    _quantity("gap p50", lambda streams: streams.gap_p50_s, None, 5),
    _quantity("gap p99", lambda streams: streams.gap_p99_s, None, 3),
    _quantity("delivery p50", lambda streams: streams.delivery_p50_s, None, 2),
    _quantity("delivery p99", lambda streams: streams.delivery_p99_s, None, 1),
)
_LOST: Final = Column(title="lost", align="right", rank=1)
_DUPLICATED: Final = Column(title="duplicated", align="right", rank=2)
_REORDERED: Final = Column(title="reordered", align="right", rank=2)


def build_stream_table(rows: Sequence[CondensedRow], *, title: str = "") -> Table | None:
    """Build the table of the lines that have streams; None where there are none.

    Names stand beside the line of all where there are several.
    """
    shown = [row for row in rows if row.streams and row.group == "users"]
    if len({row.name for row in shown if row.name is not None}) < 2:
        shown = [row for row in shown if row.name is None]
    if not shown:
        return None
    streams = [row.streams for row in shown if row.streams]
    parts = [
        *build_key_columns(shown, "stream"),
        *build_columns(_QUANTITIES, shown),
        build_texts(_LOST, (in_unit(each.lost, COUNT) for each in streams)),
        build_texts(_DUPLICATED, (in_unit(each.duplicated, COUNT) for each in streams)),
        build_texts(_REORDERED, (in_unit(each.reordered, COUNT) for each in streams)),
    ]
    return assemble_table(parts, shown, title=title, caption=_CAPTION, notes=())
