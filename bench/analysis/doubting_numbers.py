"""Doubts about the numbers: do they exist, agree with each other, and hold still?"""

from __future__ import annotations

import math
from typing import Final

from bench.analysis.evidence import StepEvidence
from bench.analysis.histograms import merge_histograms
from bench.model.caution import Caution, CautionCode
from bench.model.load_level import Users
from bench.model.trial import StepTimes
from bench.units import format_duration

MAX_LITTLES_LAW_ERROR: Final = 0.10
MAX_HALVES_DIFFERENCE: Final = 0.10
STANDARD_ERRORS: Final = 2.0
"""What chance alone exceeds in about one of twenty steps."""

_SLICE_SLACK_S: Final = 1e-6
"""Sums of floating-point seconds; a slice short by this much is whole."""


def doubt_littles_law(evidence: StepEvidence) -> Caution | None:
    """Doubt a closed step in which N users are not throughput times (response + think time).

    Successful and failed completions count alike. What is missing is time that users spent
    elsewhere: waiting for the generator, or between requests. In a window of few completions the
    mean is uncertain, so the limit is the greater of 10 % and twice the standard error, taken as
    1 / √completions.

    Source: Little, "A Proof for the Queuing Formula L = λW", 1961.
    """
    users, generator = evidence.users, evidence.generator
    timed = merge_histograms((users.response, users.failed_response))
    if not isinstance(evidence.step.load, Users) or generator is None or not evidence.window_s:
        return None
    if timed.mean_s is None or not users.completed:
        return None
    responding = users.completed * timed.mean_s / evidence.window_s
    thinking = generator.think_s / evidence.window_s
    asked, seen = evidence.step.load.users, responding + thinking
    limit = max(MAX_LITTLES_LAW_ERROR, STANDARD_ERRORS / math.sqrt(users.completed))
    if abs(seen / asked - 1) <= limit:
        return None
    return Caution(
        code=CautionCode.LITTLES_LAW,
        detail=f"throughput times (response + think time) makes {seen:.3g} users, and there were "
        f"{asked}; up to {limit:.0%} apart does no harm",
    )


def doubt_steady_state(evidence: StepEvidence) -> Caution | None:
    """Doubt a step whose throughput moved between the two halves of its window.

    Halves are whole slices; of an odd number the middle one counts for neither. The limit is the
    greater of 10 % and twice the standard error of the difference, with completions taken as a
    Poisson process, 2 / √(completions of both halves). Too few slices to halve raise no doubt.
    """
    times = evidence.step.times
    whole = _whole_slices(times) if times else range(0)
    half = len(whole) // 2
    if not half:
        return None
    counts = evidence.succeeded_per_slice
    first = sum(counts.get(index, 0) for index in whole[:half])
    second = sum(counts.get(index, 0) for index in whole[-half:])
    if not first + second:
        return None
    difference = (second - first) / ((first + second) / 2)
    limit = max(MAX_HALVES_DIFFERENCE, STANDARD_ERRORS * 2 / math.sqrt(first + second))
    if abs(difference) <= limit:
        return None
    return Caution(
        code=CautionCode.NO_STEADY_STATE,
        detail=f"the window's first half had {first / half:.3g} successes per second and its "
        f"second {second / half:.3g}; up to {limit:.0%} apart does no harm",
    )


def doubt_nothing_measured(evidence: StepEvidence) -> Caution | None:
    """Doubt a step in whose window no request succeeded."""
    if evidence.users.succeeded:
        return None
    failures = ", ".join(f"{count} {name}" for name, count in evidence.users.errors.items())
    return Caution(
        code=CautionCode.NOTHING_MEASURED,
        detail=f"no request succeeded in the window ({failures or 'none ended'})",
    )


def find_errors(evidence: StepEvidence, max_error_ratio: float) -> Caution | None:
    """Doubt a step with more failed requests than the experiment allows."""
    users = evidence.users
    if users.error_ratio is None or users.error_ratio <= max_error_ratio:
        return None
    outcomes = ", ".join(f"{count} {name}" for name, count in users.errors.items())
    return Caution(
        code=CautionCode.ERRORS,
        detail=f"{users.failed} of {users.requests} requests failed ({outcomes}); "
        f"the experiment allows {max_error_ratio:.2%}",
    )


def doubt_censored(evidence: StepEvidence) -> Caution | None:
    """Note requests of the window that were still open when the step had to end."""
    groups = (evidence.users, evidence.bystander)
    count = sum(tally.censored for tally in groups)
    if not count:
        return None
    oldest_s = merge_histograms(tally.censored_age for tally in groups).max_s
    age = "" if oldest_s is None else f", the oldest for {format_duration(oldest_s)}"
    return Caution(
        code=CautionCode.CENSORED,
        detail=f"{count} requests of the window were still open when the step ended{age}",
    )


def _whole_slices(times: StepTimes) -> range:
    first = math.ceil(times.opens_at_s - times.started_s - _SLICE_SLACK_S)
    end = math.floor(times.closes_at_s - times.started_s + _SLICE_SLACK_S)
    return range(first, max(first, end))
