"""Quantities: what is compared between variants, and where a step has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from bench.analysis.streams import DELIVERY, EVENTS, FIRST_EVENT
from bench.model.load_level import Users
from bench.model.summary import StepRow
from bench.model.trial import JudgedStep


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number of a step; of the users' requests together, unless it is the bystanders'."""

    name: str
    """The name of its field in the row of all."""
    read: Callable[[StepRow], float | None]
    is_count: bool = False
    """Whether it is exact, so that equal numbers mean more than that they were rounded alike."""

    def value(self, step: JudgedStep) -> float | None:
        """Return the quantity of a step; None where the step doesn't have it."""
        row = find_row_of_all(step)
        return None if row is None else self.read(row)

    def is_lower_bound(self, step: JudgedStep) -> bool:
        """Tell whether censored requests could lift the quantity above what is known of it."""
        row = find_row_of_all(step)
        return row is not None and self.name in row.at_least


_THROUGHPUT: Final = Quantity("throughput_per_s", lambda row: row.throughput_per_s)
_OF_STREAMS: Final = (
    Quantity("stream_events_per_s", lambda row: _observed(row, EVENTS, "median")),
    Quantity("stream_first_event_p50_s", lambda row: _observed(row, FIRST_EVENT, "median")),
    Quantity("stream_delivery_p50_s", lambda row: _observed(row, DELIVERY, "median")),
    Quantity("stream_delivery_p99_s", lambda row: _observed(row, DELIVERY, "p99")),
)
_PSS: Final = Quantity("pss_bytes", lambda row: row.pss_bytes)
_RSS: Final = Quantity("rss_bytes", lambda row: row.rss_bytes)


def choose_quantities(steps: Iterable[JudgedStep]) -> tuple[Quantity, ...]:
    """Choose what to compare in steps of one load level: what any of them has, in table order.

    Throughput is an outcome in the closed model alone: in the open model it is what was asked for.
    Memory is PSS where every step that was measured has it, and RSS otherwise: never one against
    the other.
    """
    steps = tuple(steps)
    closed = any(isinstance(step.step.load, Users) for step in steps)
    weighed = [step for step in steps if _RSS.value(step) is not None]
    memory = _RSS if any(_PSS.value(step) is None for step in weighed) else _PSS
    candidates = (
        *((_THROUGHPUT,) if closed else ()),
        Quantity("p50_s", lambda row: row.p50_s),
        Quantity("p95_s", lambda row: row.p95_s),
        Quantity("p99_s", lambda row: row.p99_s),
        Quantity("cpu_s_per_request", lambda row: row.cpu_s_per_request),
        memory,
        Quantity("threads", lambda row: row.threads, is_count=True),
        Quantity("bystander_p99_s", lambda row: row.bystander_p99_s),
        *_OF_STREAMS,
    )
    return tuple(
        quantity
        for quantity in candidates
        if any(quantity.value(step) is not None for step in steps)
    )


def find_row_of_all(step: JudgedStep) -> StepRow | None:
    """Return the row of all users' requests together."""
    return next((row for row in step.rows if row.name is None and row.group == "users"), None)


def _observed(row: StepRow, name: str, field: Literal["median", "p99"]) -> float | None:
    observed = row.observations.get(name)
    return getattr(observed, field) if observed else None
