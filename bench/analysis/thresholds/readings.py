"""Readings: what one step says of a checked quantity, and how far that is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from bench.model.check import CheckedQuantity
from bench.model.summary import StepRow
from bench.model.trial import JudgedStep

_FIELDS: Final[Mapping[CheckedQuantity, str]] = MappingProxyType(
    {
        "throughput": "throughput_per_s",
        "p50": "p50_s",
        "p90": "p90_s",
        "p95": "p95_s",
        "p99": "p99_s",
        "p999": "p999_s",
        "max": "max_s",
        "mean": "mean_s",
        "cpu": "cpu_s_per_request",
        "threads": "threads",
        "loop_lag": "loop_lag_p99_s",
        "bystander": "bystander_p99_s",
    }
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A quantity of one step; None where the step doesn't have it."""

    value: float | None
    at_least: bool = False
    """Whether requests that were still open could lift it."""
    thin: bool = False
    """Whether it is the longest time of all, for want of requests."""


def choose_field(quantity: CheckedQuantity, steps: Iterable[JudgedStep]) -> str:
    """Choose the field of a step's row that a quantity is.

    Memory is PSS where every step that was weighed has it, else RSS: never one beside the other.
    """
    if quantity != "memory":
        return _FIELDS[quantity]
    rows = [row for step in steps if (row := find_row(step, None)) is not None]
    weighed = [row for row in rows if row.rss_bytes is not None]
    return "rss_bytes" if any(row.pss_bytes is None for row in weighed) else "pss_bytes"


def read_step(step: JudgedStep, field: str, name: str | None) -> Reading:
    """Read a field of the row of all requests, or of those of one name.

    A percentile that censored requests could reach is a lower bound, and so is a mean once there
    are any.
    """
    row = find_row(step, name)
    if row is None:
        return Reading(None)
    is_bound = field in row.at_least or (field == "mean_s" and bool(row.censored))
    return Reading(getattr(row, field), at_least=is_bound, thin=field in row.thin)


def find_row(step: JudgedStep, name: str | None) -> StepRow | None:
    """Return a step's row by request name, the users' before the bystanders'; None: that of all."""
    of_name = [row for row in step.rows if row.name == name]
    return next(iter(sorted(of_name, key=lambda row: row.group != "users")), None)
