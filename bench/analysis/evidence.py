"""Evidence: everything that was seen of one step, gathered from the files of a trial once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bench.analysis.tallies import (
    OK,
    GeneratorTally,
    RequestTally,
    merge_tallies,
    tally_generator,
    tally_requests,
)
from bench.analysis.timeline import Timeline
from bench.analysis.watched import (
    WatchedMachine,
    WatchedProcesses,
    join_machine,
    join_processes,
)
from bench.model.reading import MachineReading, Observation, ProcessReading, ReadingLine, Subject
from bench.model.slices import CensoredRequests, GeneratorSlice, Group, RequestSlice, SliceLine
from bench.model.trial import MeasuredStep, MeasuredTrial, StepTimes


@dataclass(frozen=True, slots=True)
class StepEvidence:
    """What is known of one step's window."""

    trial: MeasuredTrial
    step: MeasuredStep
    names: Mapping[Group, Mapping[str, RequestTally]]
    """Requests by group and name, names in alphabetical order."""
    users: RequestTally
    bystander: RequestTally
    succeeded_per_slice: Mapping[int, int]
    """The users' successful completions inside the window, by slice of the step."""
    generator: GeneratorTally | None
    processes: Mapping[Subject, WatchedProcesses]
    machine: WatchedMachine
    observations: tuple[Observation, ...]
    has_slices: bool
    """Whether the generator wrote anything at all about the step."""

    @property
    def window_s(self) -> float:
        """The length of the window; 0 where there was none."""
        times = self.step.times
        return times.closes_at_s - times.opens_at_s if times else 0.0

    def watched(self, subject: Subject) -> WatchedProcesses:
        """Return what was watched of a process tree, which may be nothing."""
        return self.processes.get(subject, WatchedProcesses())

    def cpu_ratio(self, subject: Subject) -> float | None:
        """Return CPU seconds per second of window: 1 is one core.

        The generator's own slices stand in where nobody watched it from outside.
        """
        spent_s = self.watched(subject).spent(lambda reading: reading.cpu_s)
        if spent_s is None and subject == "generator" and self.generator:
            spent_s = self.generator.cpu_s
        return None if spent_s is None or not self.window_s else spent_s / self.window_s


def gather_evidence(
    trial: MeasuredTrial,
    slices: Iterable[SliceLine],
    readings: Iterable[ReadingLine],
    observations: Iterable[Observation],
) -> Iterator[StepEvidence]:
    """Sort a trial's lines by step, in one pass over each kind, and add them up.

    Lines of an arm go to the steps of that arm. Readings and observations belong to a window by
    their time, the readings at its edges by the step that they name.
    """
    lines = _sort_lines(slices)
    edges, polls = _sort_readings(readings)
    told = Timeline(observations)
    for step in trial.steps:
        of_step = lines[step.index]
        tallies = _tally_names(of_step, step.arm)
        yield StepEvidence(
            trial=trial,
            step=step,
            names=tallies,
            users=merge_tallies(tallies["users"].values()),
            bystander=merge_tallies(tallies["bystander"].values()),
            succeeded_per_slice=of_step.count_successes(step.arm),
            generator=tally_generator(of_step.generator),
            processes=_join_processes(edges[step.index].processes, polls, step.times),
            machine=join_machine(edges[step.index].machine),
            observations=told.within(step.times),
            has_slices=of_step.any,
        )


@dataclass(slots=True)
class _StepLines:
    requests: dict[tuple[str | None, Group, str], list[RequestSlice]] = field(
        default_factory=lambda: defaultdict(list)
    )
    censored: dict[tuple[str | None, Group, str], list[CensoredRequests]] = field(
        default_factory=lambda: defaultdict(list)
    )
    generator: list[GeneratorSlice] = field(default_factory=list)
    any: bool = False

    def count_successes(self, arm: str | None) -> dict[int, int]:
        counts: dict[int, int] = defaultdict(int)
        for (of_arm, group, _), lines in self.requests.items():
            if of_arm == arm and group == "users":
                for line in lines:
                    if line.outcome == OK:
                        counts[line.slice] += line.completed
        return dict(counts)


@dataclass(slots=True)
class _StepEdges:
    processes: list[ProcessReading] = field(default_factory=list)
    machine: list[MachineReading] = field(default_factory=list)


def _sort_lines(slices: Iterable[SliceLine]) -> defaultdict[int, _StepLines]:
    steps: defaultdict[int, _StepLines] = defaultdict(_StepLines)
    for line in slices:
        step = steps[line.step]
        step.any = True
        if isinstance(line, CensoredRequests):
            step.censored[line.arm, line.group, line.name].append(line)
        elif line.phase != "window":
            continue
        elif isinstance(line, RequestSlice):
            step.requests[line.arm, line.group, line.name].append(line)
        else:
            step.generator.append(line)
    return steps


def _tally_names(lines: _StepLines, arm: str | None) -> dict[Group, dict[str, RequestTally]]:
    tallies: dict[Group, dict[str, RequestTally]] = {"users": {}, "bystander": {}}
    for key in sorted(lines.requests.keys() | lines.censored.keys(), key=lambda key: key[1:]):
        of_arm, group, name = key
        if of_arm == arm:
            tallies[group][name] = tally_requests(
                lines.requests.get(key, ()), lines.censored.get(key, ())
            )
    return tallies


def _sort_readings(
    readings: Iterable[ReadingLine],
) -> tuple[defaultdict[int | None, _StepEdges], Timeline[ProcessReading]]:
    edges: defaultdict[int | None, _StepEdges] = defaultdict(_StepEdges)
    polls = []
    for reading in readings:
        if isinstance(reading, MachineReading):
            if reading.edge:
                edges[reading.step].machine.append(reading)
        elif reading.edge:
            edges[reading.step].processes.append(reading)
        else:
            polls.append(reading)
    return edges, Timeline(polls)


def _join_processes(
    edges: Iterable[ProcessReading], polls: Timeline[ProcessReading], times: StepTimes | None
) -> dict[Subject, WatchedProcesses]:
    of_subject: dict[Subject, tuple[list[ProcessReading], list[ProcessReading]]] = defaultdict(
        lambda: ([], [])
    )
    for reading in edges:
        of_subject[reading.subject][0].append(reading)
    for reading in polls.within(times):
        of_subject[reading.subject][1].append(reading)
    return {subject: join_processes(*both) for subject, both in of_subject.items()}
