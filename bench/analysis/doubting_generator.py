"""Doubts about the generator: was it the limit, instead of the target?

Where several processes generate the load, the worst of them decides and is named.
"""

from __future__ import annotations

from typing import Final

from bench.analysis.crowding import MAX_CPU_RATIO, find_crowd
from bench.analysis.evidence import StepEvidence
from bench.analysis.generator_tallies import find_worst
from bench.analysis.schedules import MAX_MISSED_RATIO, ScheduleTally
from bench.model.caution import Caution, CautionCode
from bench.model.load_level import ArrivalRate
from bench.model.slices import Group
from bench.units import format_duration

MAX_LOOP_LAG_P99_S: Final = 0.010
"""A loop that is late by more than this adds as much to the response times that it measures."""

MAX_CORE_WAIT_RATIO: Final = 0.10
"""A generator that has to wait longer for a core shares it with what it measures."""

_WHOSE: Final[dict[Group, str]] = {"users": "the users'", "bystander": "the bystanders'"}


def doubt_generator_lag(evidence: StepEvidence) -> Caution | None:
    """Doubt a step whose generator's event loop ran late."""
    worst = find_worst(evidence.generators, lambda tally: tally.loop_lag_p99_s)
    if worst is None or worst[1] <= MAX_LOOP_LAG_P99_S:
        return None
    tally, lag_s = worst
    return Caution(
        code=CautionCode.GENERATOR_LAG,
        detail=f"the event loop of {name_generator(evidence, tally.worker)} was "
        f"{format_duration(lag_s)} late at its 99th percentile; "
        f"up to {format_duration(MAX_LOOP_LAG_P99_S)} does no harm",
    )


def doubt_generator_starved(evidence: StepEvidence) -> Caution | None:
    """Doubt a step whose generator was ready to run and had no core."""
    worst = find_worst(evidence.generators, lambda tally: tally.core_wait_s)
    if worst is None or worst[1] <= MAX_CORE_WAIT_RATIO * evidence.window_s:
        return None
    tally, wait_s = worst
    return Caution(
        code=CautionCode.GENERATOR_STARVED,
        detail=f"{name_generator(evidence, tally.worker)} waited {format_duration(wait_s)} for a "
        f"core in a window of {format_duration(evidence.window_s)}; "
        f"up to {MAX_CORE_WAIT_RATIO:.0%} does no harm",
    )


def doubt_generator_busy(evidence: StepEvidence) -> Caution | None:
    """Doubt a step whose generator had all but used up the core of its one thread.

    On cores that it shares with the services, theirs counts too, where its own part is the larger.
    """
    busiest = evidence.busiest_generator()
    if busiest is not None and busiest[1] >= MAX_CPU_RATIO:
        worker, ratio = busiest
        return Caution(
            code=CautionCode.GENERATOR_BUSY,
            detail=f"{name_generator(evidence, worker)} used {ratio:.0%} of its core; from "
            f"{MAX_CPU_RATIO:.0%} on it may be what limits throughput",
        )
    crowd = find_crowd(evidence)
    if crowd is None or crowd.generator < crowd.services:
        return None
    return Caution(code=CautionCode.GENERATOR_BUSY, detail=f"{crowd}, the generator most of it")


def doubt_rate_missed(evidence: StepEvidence) -> Caution | None:
    """Doubt a step of the open model whose offered rate was not offered.

    Missed are the requests that were sent late or not at all. Each group is held against its own
    schedule: thousands of users on time are not to hide a bystander that was not.
    """
    if not isinstance(evidence.step.load, ArrivalRate):
        return None
    missed = [
        f"of {_WHOSE[group]} {schedule.scheduled} scheduled requests {schedule.late} were sent "
        f"late and {schedule.dropped} dropped"
        for group, schedule in evidence.schedules.items()
        if _is_missed(schedule)
    ]
    if not missed:
        return None
    return Caution(
        code=CautionCode.RATE_MISSED,
        detail=f"{'; '.join(missed)}; up to {MAX_MISSED_RATIO:.0%} does no harm",
    )


def doubt_generator_resources(evidence: StepEvidence) -> Caution | None:
    """Doubt a step in which the generator could open no connection, however few requests it was.

    The warm-up counts: what could not be opened then is missing in the window.
    """
    if not evidence.exhausted:
        return None
    counts = ", ".join(f"{count} {outcome}" for outcome, count in evidence.exhausted.items())
    return Caution(
        code=CautionCode.GENERATOR_RESOURCES,
        detail=f"the generator ran out of ports or file descriptors ({counts}), which is not the "
        "target's fault; use keep-alive, fewer users, or more workers",
    )


def name_generator(evidence: StepEvidence, worker: int | None) -> str:
    """Name a generator process: the only one, or the worker of that index, with its host."""
    if worker is None:
        return "the generator"
    known = next((known for known in evidence.trial.workers if known.index == worker), None)
    return f"worker {worker}" + (f" ({known.name} on {known.host})" if known else "")


def _is_missed(schedule: ScheduleTally) -> bool:
    return schedule.is_too_much(schedule.late + schedule.dropped)
