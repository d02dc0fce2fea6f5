"""Step lines: what the generator spooled of a trial, sorted by step, group and name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from bench.analysis.tallies import OK
from bench.model.slices import (
    CensoredRequests,
    FailureText,
    GeneratorSlice,
    Group,
    RequestSlice,
    ScheduleSlice,
    SliceLine,
    StreamSlice,
)

Named = tuple[Group, str]
_Phased = RequestSlice | ScheduleSlice | FailureText | StreamSlice


class TrialLines:
    """All lines of a trial, or of one arm of a duet, gone through once."""

    def __init__(self, slices: Iterable[SliceLine]) -> None:
        self._steps: defaultdict[int, StepLines] = defaultdict(StepLines)
        self._generators: defaultdict[int, list[GeneratorSlice]] = defaultdict(list)
        self._told: set[int] = set()
        for line in slices:
            self._told.add(line.step)
            if not isinstance(line, GeneratorSlice):
                self._steps[line.step].add(line)
            elif line.phase == "window":
                self._generators[line.step].append(line)

    def of(self, step: int) -> StepLines:
        """Return the lines of one step."""
        return self._steps[step]

    def of_generator(self, step: int) -> tuple[GeneratorSlice, ...]:
        """Return what the generator saw of itself in a step's window."""
        return tuple(self._generators[step])

    def has(self, step: int) -> bool:
        """Tell whether the generator wrote anything at all about a step."""
        return step in self._told


def _lists() -> defaultdict[Named, list[RequestSlice]]:
    return defaultdict(list)


@dataclass(slots=True)
class StepLines:
    """The lines of one step: those of the window, unless it says otherwise."""

    requests: defaultdict[Named, list[RequestSlice]] = field(default_factory=_lists)
    warming_up: defaultdict[Named, list[RequestSlice]] = field(default_factory=_lists)
    """Requests of the warm-up, in which most streams are opened."""
    censored: defaultdict[Named, list[CensoredRequests]] = field(
        default_factory=lambda: defaultdict(list)
    )
    schedules: defaultdict[Group, list[ScheduleSlice]] = field(
        default_factory=lambda: defaultdict(list)
    )
    failures: list[FailureText] = field(default_factory=list)
    streams: defaultdict[str, list[StreamSlice]] = field(default_factory=lambda: defaultdict(list))
    """Of warm-up and window."""

    def add(self, line: _Phased | CensoredRequests) -> None:
        """Sort a line in; what belongs to the drain alone is left out."""
        if isinstance(line, CensoredRequests):
            self.censored[line.group, line.name].append(line)
        elif line.phase == "window":
            self._add_of_window(line)
        elif line.phase == "warm-up":
            self._add_of_warm_up(line)

    def _add_of_window(self, line: _Phased) -> None:
        match line:
            case RequestSlice():
                self.requests[line.group, line.name].append(line)
            case ScheduleSlice():
                self.schedules[line.group].append(line)
            case FailureText():
                self.failures.append(line)
            case StreamSlice():  # pragma: no branch - the last of the union
                self.streams[line.name].append(line)

    def _add_of_warm_up(self, line: _Phased) -> None:
        match line:
            case RequestSlice():
                self.warming_up[line.group, line.name].append(line)
            case StreamSlice():
                self.streams[line.name].append(line)

    def handshakes(self, name: str) -> list[RequestSlice]:
        """Return the users' requests of that name, in warm-up and window."""
        key: Named = ("users", name)
        return [*self.warming_up.get(key, ()), *self.requests.get(key, ())]

    def count_successes(self) -> dict[int, int]:
        """Count the users' successful completions inside the window, by slice of the step."""
        counts: defaultdict[int, int] = defaultdict(int)
        for (group, _), lines in self.requests.items():
            if group == "users":
                for line in lines:
                    if line.outcome == OK:
                        counts[line.slice] += line.completed
        return dict(counts)
