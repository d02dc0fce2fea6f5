"""Cautions: the named doubts about a step, as one closed type."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from bench.model.record import Record


class CautionCode(StrEnum):
    """Every doubt that a step can be under; all but the last group leave it out of verdicts."""

    # the generator was the limit
    GENERATOR_LAG = "generator-lag"
    GENERATOR_STARVED = "generator-starved"
    GENERATOR_BUSY = "generator-busy"
    RATE_MISSED = "rate-missed"
    GENERATOR_RESOURCES = "generator-resources"
    WORKER_LOST = "worker-lost"
    WORKER_CLOCK = "worker-clock"
    # something beside the target was the limit
    SERVICE_BUSY = "service-busy"
    # the numbers contradict each other, or moved
    LITTLES_LAW = "littles-law"
    NO_STEADY_STATE = "no-steady-state"
    NOTHING_MEASURED = "nothing-measured"
    # the machine was not itself
    CPU_STOLEN = "cpu-stolen"
    SWAPPING = "swapping"
    THROTTLED = "throttled"
    # the target
    TARGET_DIED = "target-died"
    TARGET_CHANGED = "target-changed"
    ERRORS = "errors"
    # the level was not run
    LEVEL_SKIPPED = "level-skipped"
    # worth knowing, and no reason to leave the step out
    OVERLOADED = "overloaded"
    CENSORED = "censored"
    FEW_STREAMS = "few-streams"
    UNPINNED = "unpinned"
    SHARED_CORES = "shared-cores"
    NOT_FRESH = "not-fresh"
    TREE_UNPROVEN = "tree-unproven"

    @property
    def invalidates(self) -> bool:
        """Whether a step under this doubt is left out of verdicts."""
        return self not in _HARMLESS


_HARMLESS: Final = frozenset(
    {
        CautionCode.OVERLOADED,
        CautionCode.CENSORED,
        CautionCode.FEW_STREAMS,
        CautionCode.UNPINNED,
        CautionCode.SHARED_CORES,
        CautionCode.NOT_FRESH,
        CautionCode.TREE_UNPROVEN,
    }
)


class Caution(Record):
    """A doubt about one step, with the value that raised it."""

    code: CautionCode
    detail: str
