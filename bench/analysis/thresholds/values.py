"""Values: a threshold on a quantity of which each trial has one number, or each pair a ratio."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bench.analysis.thresholds.deciding import decide
from bench.analysis.thresholds.estimates import Estimate, estimate_mean
from bench.analysis.thresholds.outcome import Outcome, Unit
from bench.analysis.thresholds.readings import Reading, choose_field, read_step
from bench.model.threshold import Finding, Threshold

BEYOND: Final = "the whole interval lies beyond the bound"
STRADDLES: Final = "the interval straddles the bound: more repetitions (--repeat) narrow it"
THIN: Final = (
    "too few requests for this percentile, which is the longest time of a trial: a longer window "
    "(--duration) has more"
)
AT_LEAST: Final = "some requests had no answer when their step ended, so that it may be longer"


def look_at_values(threshold: Threshold, units: Sequence[Unit], level: float) -> Outcome:
    """Judge a threshold by the steps that count, or by pairs of them.

    Of numbers that are only lower bounds (requests were censored), and of percentiles that are the
    longest time for want of requests, nothing is known above: these can cross an upper bound and
    not hold it. A ratio with such a percentile is not known on either side.

    Args:
        threshold: of a quantity that isn't counted over requests.
        units: one at least; of two samples each where the bound is a multiple of a quantity.
        level: the confidence level.
    """
    check = threshold.check
    steps = [sample.step for unit in units for sample in unit]
    fields = [choose_field(term.quantity, steps) for term in check.terms]
    readings = [
        tuple(
            read_step(sample.step, field, threshold.name)
            for sample, field in zip(unit, fields, strict=True)
        )
        for unit in units
    ]
    for side, term in enumerate(check.terms):
        if all(read[side].value is None for read in readings):
            of_name = "" if threshold.name is None else f" of requests named {threshold.name!r}"
            return Outcome(Finding.NOT_MEASURED, f"no step has {term.quantity}{of_name}")
    missing = _find_missing(threshold, units, readings)
    if missing:
        return Outcome(Finding.INCONCLUSIVE, missing, units=tuple(units))
    estimate = _estimate(readings, level, is_count=check.subject.quantity == "threads")
    finding = Finding.INCONCLUSIVE
    if not estimate.missing:
        finding = decide(check.operator, check.bound, estimate.low, estimate.high)
    because = estimate.missing or _explain(finding, readings)
    return Outcome(finding, because, estimate, tuple(units))


def _find_missing(
    threshold: Threshold, units: Sequence[Unit], readings: Sequence[tuple[Reading, ...]]
) -> str:
    for unit, read in zip(units, readings, strict=True):
        for sample, term, reading in zip(unit, threshold.check.terms, read, strict=True):
            if reading.value is None:
                return f"{sample} has no {term.quantity}"
            if reading.value <= 0:
                return f"{term.quantity} is {reading.value:g} in {sample}"
    return ""


def _estimate(readings: Sequence[tuple[Reading, ...]], level: float, *, is_count: bool) -> Estimate:
    subjects = [read[0] for read in readings]
    others = [read[1] for read in readings if len(read) > 1]
    values = [reading.value or 0.0 for reading in subjects]
    if others:
        values = [ours / (read.value or 1.0) for ours, read in zip(values, others, strict=True)]
    is_thin = any(reading.thin for reading in (*subjects, *others))
    return estimate_mean(
        values,
        level,
        is_count=is_count,
        open_above=is_thin or any(reading.at_least for reading in subjects),
        open_below=(is_thin and bool(others)) or any(reading.at_least for reading in others),
    )


def _explain(finding: Finding, readings: Sequence[tuple[Reading, ...]]) -> str:
    if finding is Finding.HELD:
        return ""
    if finding is Finding.CROSSED:
        return BEYOND
    if any(reading.thin for read in readings for reading in read):
        return THIN
    is_bound = any(reading.at_least for read in readings for reading in read)
    return AT_LEAST if is_bound else STRADDLES
