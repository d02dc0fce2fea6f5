"""Doubts about the generator: was it the limit, instead of the target?"""

from __future__ import annotations

from typing import Final

from bench.analysis.crowding import MAX_CPU_RATIO, find_crowd
from bench.analysis.evidence import StepEvidence
from bench.model.caution import Caution, CautionCode
from bench.model.load_level import ArrivalRate
from bench.units import format_duration

MAX_LOOP_LAG_P99_S: Final = 0.010
"""A loop that is late by more than this adds as much to the response times that it measures."""

MAX_CORE_WAIT_RATIO: Final = 0.10
"""A generator that has to wait longer for a core shares it with what it measures."""

MAX_MISSED_RATIO: Final = 0.01
"""The share of scheduled requests that may be late or dropped."""

MIN_MISSED: Final = 2
"""With fewer than 200 requests a single late one would already be more than the ratio allows."""


def doubt_generator_lag(evidence: StepEvidence) -> Caution | None:
    """Doubt a step whose generator's event loop ran late."""
    lag_s = evidence.generator.loop_lag.quantile_s(0.99) if evidence.generator else None
    if lag_s is None or lag_s <= MAX_LOOP_LAG_P99_S:
        return None
    return Caution(
        code=CautionCode.GENERATOR_LAG,
        detail=f"the generator's event loop was {format_duration(lag_s)} late at its 99th "
        f"percentile; up to {format_duration(MAX_LOOP_LAG_P99_S)} does no harm",
    )


def doubt_generator_starved(evidence: StepEvidence) -> Caution | None:
    """Doubt a step whose generator was ready to run and had no core."""
    wait_s = evidence.generator.core_wait_s if evidence.generator else None
    if wait_s is None or wait_s <= MAX_CORE_WAIT_RATIO * evidence.window_s:
        return None
    return Caution(
        code=CautionCode.GENERATOR_STARVED,
        detail=f"the generator waited {format_duration(wait_s)} for a core in a window of "
        f"{format_duration(evidence.window_s)}; up to {MAX_CORE_WAIT_RATIO:.0%} does no harm",
    )


def doubt_generator_busy(evidence: StepEvidence) -> Caution | None:
    """Doubt a step whose generator had all but used up the core of its one thread.

    On cores that it shares with the services, theirs counts too, where its own part is the larger.
    """
    ratio = evidence.cpu_ratio("generator")
    if ratio is not None and ratio >= MAX_CPU_RATIO:
        return Caution(
            code=CautionCode.GENERATOR_BUSY,
            detail=f"the generator used {ratio:.0%} of its core; from {MAX_CPU_RATIO:.0%} on it "
            "may be what limits throughput",
        )
    crowd = find_crowd(evidence)
    if crowd is None or crowd.generator < crowd.services:
        return None
    return Caution(code=CautionCode.GENERATOR_BUSY, detail=f"{crowd}, the generator most of it")


def doubt_rate_missed(evidence: StepEvidence) -> Caution | None:
    """Doubt a step of the open model whose offered rate was not offered.

    Missed are the requests that were sent late or not at all, and the share is that of all
    scheduled requests, bystanders' included: the generator keeps one schedule and counts it as one.
    """
    generator = evidence.generator
    if generator is None or not isinstance(evidence.step.load, ArrivalRate):
        return None
    missed = generator.late + generator.dropped
    if missed < MIN_MISSED or missed <= MAX_MISSED_RATIO * generator.scheduled:
        return None
    return Caution(
        code=CautionCode.RATE_MISSED,
        detail=f"of {generator.scheduled} scheduled requests {generator.late} were sent late and "
        f"{generator.dropped} dropped; up to {MAX_MISSED_RATIO:.0%} does no harm",
    )
