"""Doubts about the numbers: do they exist, agree with each other, and hold still?"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from bench.analysis.backlog import measure_backlog
from bench.analysis.doubting_generator import name_generator
from bench.analysis.evidence import StepEvidence
from bench.analysis.failures import describe_failures, rank_failures
from bench.analysis.histograms import merge_histograms
from bench.analysis.schedules import NO_SCHEDULE
from bench.model.caution import Caution, CautionCode
from bench.model.load_level import ArrivalRate, Users
from bench.model.trial import StepTimes
from bench.units import format_duration

MAX_LITTLES_LAW_ERROR: Final = 0.10
MAX_HALVES_DIFFERENCE: Final = 0.10
STANDARD_ERRORS: Final = 2.0
"""What chance alone exceeds in about one of twenty steps."""

LIKELY_CAUSE_CPU_RATIO: Final = 0.75
"""From here on requests queue noticeably in a single-threaded generator before they are seen."""

MIN_STREAMS_OPEN: Final = 0.9
"""The share of the users who hold a stream, below which a step holds fewer than it is named for."""

_SLICE_SLACK_S: Final = 1e-6
"""Sums of floating-point seconds; a slice short by this much is whole."""


def doubt_littles_law(evidence: StepEvidence) -> Caution | None:
    """Doubt a closed step in which N users are not throughput times (response + think time).

    Successful and failed completions count alike. What is missing is time that users spent
    elsewhere: waiting for the generator, or between requests. In a window of few completions the
    mean is uncertain, so the limit is the greater of 10 % and twice the standard error, taken as
    1 / √completions. Users who hold streams are in no request, and are not looked at.

    Source: Little, "A Proof for the Queuing Formula L = λW", 1961.
    """
    users, generators = evidence.users, evidence.generators
    if not isinstance(evidence.step.load, Users) or not generators or evidence.all_streams:
        return None
    responding = _mean_in_flight(evidence)
    if responding is None or not users.completed:
        return None
    thinking = sum(tally.think_s for tally in generators) / evidence.window_s
    asked, seen = evidence.step.load.users, responding + thinking
    limit = max(MAX_LITTLES_LAW_ERROR, STANDARD_ERRORS / math.sqrt(users.completed))
    if abs(seen / asked - 1) <= limit:
        return None
    return Caution(
        code=CautionCode.LITTLES_LAW,
        detail=f"throughput times (response + think time) makes {seen:.3g} users, and there were "
        f"{asked}; up to {limit:.0%} apart does no harm{_blame_generator(evidence)}",
    )


def doubt_steady_state(evidence: StepEvidence) -> Caution | None:
    """Doubt a step whose throughput moved between the two halves of its window.

    Halves are whole slices; of an odd number the middle one counts for neither. The limit is the
    greater of 10 % and twice the standard error of the difference, with completions taken as a
    Poisson process, 2 / √(completions of both halves). Too few slices to halve raise no doubt.

    In the open model the halves may differ as their schedules do, too: random arrivals are not the
    target's doing, and come again when the trial is repeated.

    The events of streams count as completions. A server may send to all of them at once, and such
    a burst falls into either half by chance, so that one event of each open stream is allowed, too.
    """
    halves = _halve(evidence)
    if halves is None or not halves.done:
        return None
    mean = halves.done / 2
    burst = evidence.all_streams.most_open / mean if evidence.all_streams else 0.0
    chance = STANDARD_ERRORS * 2 / math.sqrt(halves.done)
    limit = max(MAX_HALVES_DIFFERENCE, chance, burst)
    moved = halves.second - halves.first
    if min(abs(moved), abs(moved - halves.asked_more)) / mean <= limit:
        return None
    what = "events and successes" if evidence.all_streams else "successes"
    first, second = (count / halves.slices for count in (halves.first, halves.second))
    return Caution(
        code=CautionCode.NO_STEADY_STATE,
        detail=f"the window's first half had {first:.3g} {what} per second and its "
        f"second {second:.3g}; up to {limit:.0%} apart does no harm",
    )


def doubt_steady_ratio(evidence: StepEvidence, other: StepEvidence) -> Caution | None:
    """Doubt a duet's step in which the arms' throughputs moved against each other.

    What slows both arms alike cancels in their ratio, and is no reason for doubt: on a shared
    machine throughput swings from one second to the next. The limit is the greater of 10 % and
    twice the standard error of the ratio of ratios, with completions taken as Poisson processes.
    Bursts of streams are allowed as in `doubt_steady_state`, of either arm.
    """
    ours, theirs = _halve(evidence), _halve(other)
    if ours is None or theirs is None:
        return None
    counts = (ours.first, ours.second, theirs.first, theirs.second)
    if not all(counts):
        return None
    moved = abs(math.log(ours.second / ours.first) - math.log(theirs.second / theirs.first))
    chance = STANDARD_ERRORS * math.sqrt(sum(1 / count for count in counts))
    burst = sum(
        2 * arm.all_streams.most_open / halves.done
        for arm, halves in ((evidence, ours), (other, theirs))
        if arm.all_streams
    )
    limit = max(MAX_HALVES_DIFFERENCE, chance, burst)
    if moved <= limit:
        return None
    return Caution(
        code=CautionCode.NO_STEADY_STATE,
        detail=f"the ratio of the arms' throughputs moved by {math.expm1(moved):.0%} between the "
        f"window's halves; up to {limit:.0%} does no harm",
    )


def doubt_overload(evidence: StepEvidence) -> Caution | None:
    """Note a step of the open model that got fewer answers than were asked for.

    The rest queues until it is dropped, so that response times say how long the window was. A rate
    that the generator itself was late with says nothing about the target.
    """
    if not isinstance(evidence.step.load, ArrivalRate) or not evidence.window_s:
        return None
    schedule, backlog = evidence.schedules.get("users", NO_SCHEDULE), measure_backlog(evidence)
    if schedule.is_too_much(schedule.late):
        return None
    if not backlog.grows and not schedule.is_too_much(schedule.dropped):
        return None
    asked = backlog.began + schedule.dropped
    return Caution(
        code=CautionCode.OVERLOADED,
        detail=f"the target served {backlog.ended / asked:.0%} of the offered rate "
        f"({backlog.ended} of {asked} requests within the window); "
        "response times grow with the window's length",
    )


def doubt_nothing_measured(evidence: StepEvidence, max_error_ratio: float) -> Caution | None:
    """Doubt a step in whose window no request succeeded, and no event of a stream came.

    Where an experiment allows all to fail, streams that fell silent are a result.
    """
    streams = evidence.all_streams
    if evidence.users.succeeded or (streams and streams.events):
        return None
    if streams and max_error_ratio == 1 and streams.most_open and streams.first_event.count:
        return None
    events = f", and {streams.most_open} open streams brought no event" if streams else ""
    return Caution(
        code=CautionCode.NOTHING_MEASURED,
        detail=f"no request succeeded in the window ({_list_failures(evidence) or 'none ended'})"
        f"{events}",
    )


def find_errors(evidence: StepEvidence, max_error_ratio: float) -> Caution | None:
    """Doubt a step with more failed requests than the experiment allows."""
    users = evidence.users
    if users.error_ratio is None or users.error_ratio <= max_error_ratio:
        return None
    return Caution(
        code=CautionCode.ERRORS,
        detail=f"{users.failed} of {users.requests} requests failed; the experiment allows "
        f"{max_error_ratio:.2%} ({_list_failures(evidence)})",
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


def note_few_streams(evidence: StepEvidence) -> Caution | None:
    """Note a step of users who hold streams, of whom many had none for half of the window."""
    load, streams = evidence.step.load, evidence.all_streams
    if not isinstance(load, Users) or streams is None:
        return None
    if streams.median_open >= MIN_STREAMS_OPEN * load.users:
        return None
    return Caution(
        code=CautionCode.FEW_STREAMS,
        detail=f"{streams.median_open} streams were open, the median over the window, of "
        f"{load.users} users; at the most {streams.most_open}",
    )


def _mean_in_flight(evidence: StepEvidence) -> float | None:
    """Return how many requests of the users were under way: throughput times response time."""
    users = evidence.users
    mean_s = merge_histograms((users.response, users.failed_response)).mean_s
    if mean_s is None or not evidence.window_s:
        return None
    return users.completed * mean_s / evidence.window_s


def _blame_generator(evidence: StepEvidence) -> str:
    """Say where the missing time probably went: requests wait in a busy generator, too."""
    busiest = evidence.busiest_generator()
    if busiest is None or busiest[1] <= LIKELY_CAUSE_CPU_RATIO:
        return ""
    worker, ratio = busiest
    return f"; {name_generator(evidence, worker)} used {ratio:.0%} of its core, a likely cause"


class _Halves(NamedTuple):
    first: int
    second: int
    slices: int
    """Of each half."""
    asked_more: float
    """What the second half's schedule lets expect beyond the first's; closed model: 0."""

    @property
    def done(self) -> int:
        return self.first + self.second


def _halve(evidence: StepEvidence) -> _Halves | None:
    """Count what was done in the halves of a window; None where there are too few slices."""
    times = evidence.step.times
    whole = _whole_slices(times) if times else range(0)
    half = len(whole) // 2
    if not half:
        return None
    parts = (whole[:half], whole[-half:])
    first, second = (_count_done(evidence, part) for part in parts)
    schedule = evidence.schedules.get("users", NO_SCHEDULE).per_slice
    before, after = (sum(schedule.get(index, 0) for index in part) for part in parts)
    # A scheduled task may be several requests.
    each = (first + second) / (before + after) if before + after else 0.0
    return _Halves(first, second, half, (after - before) * each)


def _count_done(evidence: StepEvidence, slices: range) -> int:
    events = evidence.all_streams.events_per_slice if evidence.all_streams else {}
    successes = evidence.succeeded_per_slice
    return sum(successes.get(index, 0) + events.get(index, 0) for index in slices)


def _list_failures(evidence: StepEvidence) -> str:
    of_users = (failure for failure in evidence.failures if failure.group == "users")
    return describe_failures(evidence.users.errors, rank_failures(of_users))


def _whole_slices(times: StepTimes) -> range:
    first = math.ceil(times.opens_at_s - times.started_s - _SLICE_SLACK_S)
    end = math.floor(times.closes_at_s - times.started_s + _SLICE_SLACK_S)
    return range(first, max(first, end))
