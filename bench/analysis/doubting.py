"""Doubting: every caution that the evidence of a step raises.

Each doubt is a small pure function of the evidence that returns a caution or None, and says nothing
where it lacks what it would have to look at. They stand by what they doubt: the generator, the
numbers themselves, the surroundings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from bench.analysis.doubting_generator import (
    doubt_generator_busy,
    doubt_generator_lag,
    doubt_generator_resources,
    doubt_generator_starved,
    doubt_rate_missed,
)
from bench.analysis.doubting_numbers import (
    doubt_censored,
    doubt_littles_law,
    doubt_nothing_measured,
    doubt_overload,
    doubt_steady_ratio,
    doubt_steady_state,
    find_errors,
    note_few_streams,
)
from bench.analysis.doubting_surroundings import (
    doubt_cpu_stolen,
    doubt_not_fresh,
    doubt_service_busy,
    doubt_shared_cores,
    doubt_swapping,
    doubt_target_changed,
    doubt_target_died,
    doubt_throttled,
    doubt_unpinned,
)
from bench.analysis.evidence import StepEvidence
from bench.model.caution import Caution, CautionCode

_DOUBTS: Final[tuple[Callable[[StepEvidence], Caution | None], ...]] = (
    doubt_generator_lag,
    doubt_generator_starved,
    doubt_generator_busy,
    doubt_rate_missed,
    doubt_generator_resources,
    doubt_service_busy,
    doubt_littles_law,
    doubt_overload,
    doubt_swapping,
    doubt_throttled,
    doubt_target_died,
    doubt_target_changed,
    doubt_censored,
    note_few_streams,
    doubt_unpinned,
    doubt_shared_cores,
    doubt_not_fresh,
)


def doubt(
    evidence: StepEvidence,
    *,
    max_error_ratio: float,
    cores: int | None = None,
    beside: StepEvidence | None = None,
) -> tuple[Caution, ...]:
    """Raise every caution that a step deserves, in the order of their codes.

    What the driver itself said was wrong is among them.

    Args:
        evidence: what was seen of the step.
        max_error_ratio: the experiment's budget of failed requests.
        cores: cores of the machine; None: those of the placement are known, and no others.
        beside: the same step of a duet's other arm.
    """
    if evidence.step.skipped is not None:
        skipped = Caution(code=CautionCode.LEVEL_SKIPPED, detail=evidence.step.skipped)
        return _in_order((*evidence.step.problems, skipped))
    raised = [
        *evidence.step.problems,
        *(look(evidence) for look in _DOUBTS),
        doubt_steady_ratio(evidence, beside) if beside else doubt_steady_state(evidence),
        doubt_nothing_measured(evidence, max_error_ratio),
        find_errors(evidence, max_error_ratio),
        doubt_cpu_stolen(evidence, cores),
    ]
    return _in_order(caution for caution in raised if caution is not None)


def _in_order(cautions: Iterable[Caution]) -> tuple[Caution, ...]:
    order = list(CautionCode)
    return tuple(sorted(cautions, key=lambda caution: order.index(caution.code)))
