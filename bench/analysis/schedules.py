"""Schedules: what was to be sent in a window, and what of it came too late or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from bench.model.slices import Group, ScheduleSlice

MAX_MISSED_RATIO: Final = 0.01
"""The share of scheduled requests that may be late or dropped."""

MIN_MISSED: Final = 2
"""With fewer than 200 requests a single late one would already be more than the ratio allows."""


@dataclass(frozen=True, slots=True)
class ScheduleTally:
    """The schedule of one group in one window."""

    scheduled: int
    late: int
    dropped: int
    per_slice: Mapping[int, int] = field(default_factory=dict)
    """What was scheduled, by slice of the step."""

    def is_too_much(self, missed: int) -> bool:
        """Tell whether so many requests, sent late or not at all, make the rate another one."""
        return missed >= MIN_MISSED and missed > MAX_MISSED_RATIO * self.scheduled


NO_SCHEDULE: Final = ScheduleTally(scheduled=0, late=0, dropped=0)


def tally_schedules(lines: Mapping[Group, Iterable[ScheduleSlice]]) -> dict[Group, ScheduleTally]:
    """Add up the schedule lines of a window, each group by itself."""
    return {group: _tally(tuple(of_group)) for group, of_group in sorted(lines.items())}


def _tally(lines: tuple[ScheduleSlice, ...]) -> ScheduleTally:
    per_slice: Counter[int] = Counter()
    for line in lines:
        per_slice[line.slice] += line.scheduled
    return ScheduleTally(
        scheduled=sum(line.scheduled for line in lines),
        late=sum(line.late for line in lines),
        dropped=sum(line.dropped for line in lines),
        per_slice=dict(per_slice),
    )
