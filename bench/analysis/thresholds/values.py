"""Values: a threshold on a quantity of which each trial has one number, or each pair a ratio."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bench.analysis.thresholds.deciding import judge_interval
from bench.analysis.thresholds.estimates import Estimate, estimate_mean, estimate_sum
from bench.analysis.thresholds.outcome import Outcome, Unit
from bench.analysis.thresholds.readings import Reading, choose_memory, read
from bench.model.check import Check
from bench.model.term import COUNTED, Term
from bench.model.threshold import Finding, Threshold

BEYOND: Final = "the whole interval lies beyond the bound"
STRADDLES: Final = "the interval straddles the bound: more repetitions (--repeat) narrow it"
THIN: Final = (
    "too few requests for this percentile, which is the longest time of a trial: a longer window "
    "(--duration) has more"
)
AT_LEAST: Final = "some requests had no answer when their step ended, so that it may be longer"

_Read = tuple[Reading, ...]
"""One for each term of a check, in its order."""


def look_at_values(threshold: Threshold, units: Sequence[Unit], level: float) -> Outcome:
    """Judge a threshold by the steps that count, or by pairs of them.

    Of numbers that are only lower bounds (requests were censored), and of percentiles that are the
    longest time for want of requests, nothing is known above: these can cross an upper bound and
    not hold it. A ratio or a difference with such a percentile is not known on either side.

    Args:
        threshold: of a quantity that isn't counted over requests.
        units: one at least; of as many samples each as the check has terms.
        level: the confidence level.
    """
    check = threshold.check
    memory = choose_memory(step for unit in units for sample in unit for step in sample.steps)
    readings = [
        tuple(
            read(sample, term, memory, threshold.name)
            for sample, term in zip(unit, check.terms, strict=True)
        )
        for unit in units
    ]
    for side, term in enumerate(check.terms):
        if all(row[side].value is None for row in readings):
            of_name = "" if threshold.name is None else f" of requests named {threshold.name!r}"
            return Outcome(Finding.NOT_MEASURED, f"no step has {_call(term)}{of_name}")
    missing = _find_missing(check, units, readings)
    if missing:
        return Outcome(Finding.INCONCLUSIVE, missing, units=tuple(units))
    estimate = _estimate(check, readings, level)
    finding = Finding.INCONCLUSIVE
    if not estimate.missing:
        finding = judge_interval(check, estimate.low, estimate.high)
    because = estimate.missing or _explain(finding, readings)
    return Outcome(finding, because, estimate, tuple(units), unit=readings[0][0].unit)


def _call(term: Term) -> str:
    return str(term.model_copy(update={"variant": None}))


def _find_missing(check: Check, units: Sequence[Unit], readings: Sequence[_Read]) -> str:
    """Say what has no number, or none that has a logarithm where one is taken."""
    for unit, row in zip(units, readings, strict=True):
        for sample, term, reading in zip(unit, check.terms, row, strict=True):
            if reading.value is None:
                return f"{sample} has no {_call(term)}"
            if reading.value <= 0 and not _adds_up(check):
                return f"{_call(term)} is {reading.value:g} in {sample}"
        for side, value in zip((check.left, check.right), _sides(check, row), strict=True):
            if check.right is not None and value <= 0:
                return f"{side} is {value:g} in {unit[0]}"
    return ""


def _adds_up(check: Check) -> bool:
    """Tell what may be 0 or below, and has an arithmetic mean: a sum, a slope, a count."""
    return any(term.sloped or term.told is not None for term in check.terms) or any(
        side is not None and len(side.terms) > 1 for side in (check.left, check.right)
    )


def _sides(check: Check, row: _Read) -> tuple[float, float]:
    """Return both sides of a check as numbers; 1 for a right side that there isn't."""
    values = [reading.value or 0.0 for reading in row]
    split = len(check.left.terms)
    left = _add(check.left.signs, values[:split])
    return left, _add(check.right.signs, values[split:]) if check.right else 1.0


def _add(signs: Sequence[int], values: Sequence[float]) -> float:
    return sum(sign * value for sign, value in zip(signs, values, strict=True))


def _estimate(check: Check, readings: Sequence[_Read], level: float) -> Estimate:
    sides = [_sides(check, row) for row in readings]
    values = [left / right for left, right in sides]
    opens = _open_ends(check, readings)
    is_count = all(term.quantity in COUNTED and not term.sloped for term in check.left.terms)
    if _adds_up(check) and check.right is None:
        size = max(abs(reading.value or 0.0) for row in readings for reading in row)
        return estimate_sum(values, level, size=0.0 if is_count else size, **opens)
    return estimate_mean(values, level, is_count=is_count, **opens)


def _open_ends(check: Check, readings: Sequence[_Read]) -> dict[str, bool]:
    """Tell on which sides nothing is known, since a number is only a lower bound, or thin."""
    is_thin = any(reading.thin for row in readings for reading in row)
    several = len(check.terms) > 1
    signs = (*check.left.signs, *(-sign for sign in (check.right.signs if check.right else ())))
    lifts = {index for index, sign in enumerate(signs) if sign > 0}
    at_least = {index for row in readings for index, reading in enumerate(row) if reading.at_least}
    return {
        "open_above": is_thin or bool(at_least & lifts),
        "open_below": (is_thin and several) or bool(at_least - lifts),
    }


def _explain(finding: Finding, readings: Sequence[_Read]) -> str:
    if finding is Finding.HELD:
        return ""
    if finding is Finding.CROSSED:
        return BEYOND
    if any(reading.thin for row in readings for reading in row):
        return THIN
    is_bound = any(reading.at_least for row in readings for reading in row)
    return AT_LEAST if is_bound else STRADDLES
