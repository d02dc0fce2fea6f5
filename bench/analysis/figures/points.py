"""Points: a quantity of each variant, stratum and load level, with its interval over trials."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from bench.analysis.comparing import order_stratum
from bench.analysis.figures.samples import group_samples
from bench.analysis.thresholds.estimates import Estimate, estimate_mean, estimate_sum
from bench.analysis.thresholds.readings import Reading, choose_memory, read
from bench.analysis.thresholds.samples import Sample
from bench.model.bound import Dimension
from bench.model.figure_data import Point
from bench.model.term import COUNTED, Term

UNITS: Final[dict[Dimension, str]] = {
    "time": "s",
    "rate": "1/s",
    "memory": "bytes",
    "ratio": "",
    "count": "",
    "told": "",
}
"""Of the numbers in points; that of an observation is the one it was told in."""


def gather_points(
    samples: Sequence[Sample], terms: Sequence[Term], level: float
) -> tuple[tuple[Point, ...], int]:
    """Estimate quantities at each place, over the trials whose steps count.

    Args:
        samples: the steps that are drawn, in their order.
        terms: the quantities.
        level: the confidence level of the intervals.

    Returns:
        The points, and how many places have none, since no trial counts or has the quantity.
    """
    memory = choose_memory(sample.step for sample in samples)
    points: list[Point] = []
    left_out = 0
    for term in terms:
        for group in _group(samples, term):
            counted = [each for each in group if each.counts(for_errors=_is_of_errors(term))]
            point = _estimate(counted, term, memory, level)
            if point is None:
                left_out += 1
            else:
                points.append(point)
    return tuple(points), left_out


def _group(samples: Sequence[Sample], term: Term) -> Iterator[list[Sample]]:
    """Part samples by what becomes a point: a step, or for a slope a ladder of them."""
    if not term.sloped:
        yield from group_samples(samples)
        return
    ladders: dict[Any, list[Sample]] = {}
    for sample in samples:
        ladders.setdefault((sample.trial.number, sample.trial.variant), []).append(sample)
    climbed: dict[Any, list[Sample]] = {}
    for steps in ladders.values():
        first = steps[0].trial
        whole = Sample(first, tuple(each.step for each in steps))
        climbed.setdefault((order_stratum(first.stratum), first.variant), []).append(whole)
    yield from climbed.values()


def _is_of_errors(term: Term) -> bool:
    return term.quantity == "error_ratio"


def _estimate(samples: Sequence[Sample], term: Term, memory: str, level: float) -> Point | None:
    readings = [
        reading
        for sample in samples
        if len(sample.steps) > 1 or not term.sloped
        if (reading := read(sample, term, memory, None)).value is not None
    ]
    if not readings:
        return None
    first = samples[0]
    estimate = _mean(readings, term, level)
    return Point(
        variant=first.trial.variant,
        stratum=first.trial.stratum,
        load=None if term.sloped else first.step.step.load,
        quantity=str(term),
        unit=readings[0].unit or UNITS[term.dimension],
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        n=len(readings),
        at_least=any(reading.at_least for reading in readings),
    )


def _mean(readings: Sequence[Reading], term: Term, level: float) -> Estimate:
    values = [reading.value or 0.0 for reading in readings]
    is_open = any(reading.at_least or reading.thin for reading in readings)
    is_count = term.quantity in COUNTED and not term.sloped
    if term.sloped or term.told is not None or min(values) <= 0:
        size = 0.0 if is_count else max(map(abs, values))
        return estimate_sum(values, level, size=size, open_above=is_open)
    return estimate_mean(values, level, is_count=is_count, open_above=is_open)
