"""Estimates as text: a number with its interval and one unit, such as `312 [300, 325] ms`."""

from __future__ import annotations

from bench.model.threshold import ThresholdVerdict
from bench.reporting.number_text import (
    COUNT,
    MEBIBYTES,
    NOTHING,
    PER_SECOND,
    PERCENT,
    Unit,
    pick_time_unit,
    three_digits,
    whole,
)


def write_estimate(verdict: ThresholdVerdict) -> str:
    """Write what was found of a check; an end of the interval that is open has a round bracket."""
    if verdict.value is None:
        return NOTHING
    unit = _unit(verdict)
    text = _number(verdict.value, unit)
    if verdict.low is not None or verdict.high is not None:
        low = "(0" if verdict.low is None else f"[{_number(verdict.low, unit)}"
        high = "∞)" if verdict.high is None else f"{_number(verdict.high, unit)}]"
        text = f"{text} {low}, {high}"
    return f"{text} {unit.name}".rstrip()


def _unit(verdict: ThresholdVerdict) -> Unit:
    match verdict.unit:
        case "s":
            return pick_time_unit([abs(verdict.value or 0.0)])
        case "bytes":
            return _memory_unit(abs(verdict.value or 0.0))
        case "1/s":
            return PER_SECOND
        case "":
            return PERCENT if verdict.quantity == "error_ratio" else COUNT
        case told:
            return Unit(told, 1.0)


def _memory_unit(size: float) -> Unit:
    """Slopes are a few KiB a connection, and all else some MiB."""
    return MEBIBYTES if size >= MEBIBYTES.size else Unit("KiB", 1024.0)


def _number(value: float, unit: Unit) -> str:
    if unit.name not in ("s", "/s") and unit.size == 1.0 and value == round(value):
        return whole(value)
    return three_digits(value / unit.size)
