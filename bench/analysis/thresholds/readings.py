"""Readings: what a step, or a ladder of them, says of a quantity, and how far that is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from bench.analysis.thresholds.samples import Sample
from bench.model.load_level import Users
from bench.model.summary import StepRow
from bench.model.term import CheckedQuantity, Term
from bench.model.trial import JudgedStep

FIELDS: Final[Mapping[CheckedQuantity, str]] = MappingProxyType(
    {
        "throughput": "throughput_per_s",
        "p50": "p50_s",
        "p90": "p90_s",
        "p95": "p95_s",
        "p99": "p99_s",
        "p999": "p999_s",
        "max": "max_s",
        "mean": "mean_s",
        "error_ratio": "error_ratio",
        "cpu": "cpu_s_per_request",
        "cores": "target_cpu_ratio",
        "rss": "rss_bytes",
        "uss": "uss_bytes",
        "virtual": "vms_bytes",
        "threads": "threads",
        "fds": "fds",
        "switches": "context_switches_per_request",
        "loop_lag": "loop_lag_p99_s",
        "bystander": "bystander_p99_s",
    }
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A quantity of a step, or its slope over several; None where they don't have it."""

    value: float | None
    unit: str = ""
    """Of an observation, as it was told."""
    at_least: bool = False
    """Whether requests that were still open could lift it."""
    thin: bool = False
    """Whether it is the longest time of all, for want of requests."""


def choose_memory(steps: Iterable[JudgedStep]) -> str:
    """Choose the field that memory is: PSS where every step that was weighed has it, else RSS.

    Never one beside the other.
    """
    rows = [row for step in steps if (row := find_row(step, None)) is not None]
    weighed = [row for row in rows if row.rss_bytes is not None]
    return "rss_bytes" if any(row.pss_bytes is None for row in weighed) else "pss_bytes"


def read(sample: Sample, term: Term, memory: str, name: str | None) -> Reading:
    """Read a quantity of the row of all requests, or of those of one name.

    Args:
        sample: a step; of a slope several, of which the valid ones count.
        term: the quantity.
        memory: the field that memory is.
        name: of the requests.
    """
    if not term.sloped:
        return _read_step(sample.step, term, memory, name)
    readings = [(step, _read_step(step, term, memory, name)) for step in sample.valid]
    known = [(step.step.load, each) for step, each in readings if each.value is not None]
    if len(known) < len(readings):
        return Reading(None)
    sizes = [load.users if isinstance(load, Users) else load.rate for load, _ in known]
    slope = fit_slope(sizes, [each.value or 0.0 for _, each in known])
    return Reading(
        slope,
        known[0][1].unit,
        at_least=any(each.at_least for _, each in known),
        thin=any(each.thin for _, each in known),
    )


def fit_slope(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Return by how much values grow per unit of size: the slope of the least-squares line.

    Source: Legendre, "Nouvelles méthodes pour la détermination des orbites des comètes", 1805.
    Assumes: nothing; where values don't lie about a line, it is the mean growth all the same.

    >>> round(fit_slope([1, 2, 4], [10.0, 12.0, 16.0]), 9)
    2.0
    """
    return float(np.polyfit(sizes, values, 1)[0])


def _read_step(step: JudgedStep, term: Term, memory: str, name: str | None) -> Reading:
    """Read a row's field, or what was observed.

    A percentile that censored requests could reach is a lower bound, and so is a mean once there
    are any.
    """
    row = find_row(step, name)
    if row is None:
        return Reading(None)
    if term.told is not None:
        observed = row.observations.get(term.told)
        if observed is None:
            return Reading(None)
        return Reading(getattr(observed, term.statistic), observed.unit)
    field = memory if term.quantity == "memory" else FIELDS[term.quantity]
    is_bound = field in row.at_least or (field == "mean_s" and bool(row.censored))
    return Reading(getattr(row, field), at_least=is_bound, thin=field in row.thin)


def find_row(step: JudgedStep, name: str | None) -> StepRow | None:
    """Return a step's row by request name, the users' before the bystanders'; None: that of all."""
    of_name = [row for row in step.rows if row.name == name]
    return next(iter(sorted(of_name, key=lambda row: row.group != "users")), None)
