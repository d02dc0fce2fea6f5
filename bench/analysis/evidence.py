"""Evidence: everything that was seen of one step, gathered from the files of a trial once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from bench.analysis.generator_tallies import GeneratorTally, tally_generators
from bench.analysis.schedules import ScheduleTally, tally_schedules
from bench.analysis.step_lines import StepLines, TrialLines
from bench.analysis.streams import StreamTally, tally_streams
from bench.analysis.tallies import RequestTally, merge_tallies, tally_requests
from bench.analysis.timeline import Timeline
from bench.analysis.watched import (
    WatchedMachine,
    WatchedProcesses,
    join_machine,
    join_processes,
)
from bench.model.reading import MachineReading, Observation, ProcessReading, ReadingLine, Subject
from bench.model.slices import FailureText, Group, SliceLine
from bench.model.trial import MeasuredStep, MeasuredTrial, StepTimes

EXHAUSTED: Final = frozenset({"generator-no-ports", "generator-no-files"})
"""Outcomes of requests that were never sent, since the generator could open no connection."""


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
    schedules: Mapping[Group, ScheduleTally]
    """What was to be sent, by the groups that have a schedule."""
    failures: tuple[FailureText, ...]
    exhausted: Mapping[str, int]
    """Requests of warm-up and window for which the generator had no port or descriptor left."""
    streams: Mapping[str, StreamTally]
    """By name, in alphabetical order."""
    all_streams: StreamTally | None
    """None where no stream was open."""
    generators: tuple[GeneratorTally, ...]
    """One for each process that generated load and told of itself."""
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

    @property
    def completed(self) -> int:
        """What the users got in the window: completions, failed ones included, and events."""
        return self.users.completed + (self.all_streams.events if self.all_streams else 0)

    def cpu_ratio(self, subject: Subject) -> float | None:
        """Return CPU seconds per second of window that a process tree used: 1 is one core.

        The slices of a lone generator stand in where nobody watched it from outside.
        """
        spent_s = self.watched(subject).spent(lambda reading: reading.cpu_s)
        if spent_s is None and subject == "generator" and not self.has_workers:
            spent_s = sum(tally.cpu_s for tally in self.generators) if self.generators else None
        return None if spent_s is None or not self.window_s else spent_s / self.window_s

    @property
    def has_workers(self) -> bool:
        """Whether several processes generated the load, some of them perhaps elsewhere."""
        return any(tally.worker is not None for tally in self.generators)

    def busiest_generator(self) -> tuple[int | None, float] | None:
        """Return the generator process that used most of its core, and how much: 1 is all.

        A master and its workers are watched as one tree, and workers elsewhere not at all, so that
        each worker's own account counts where there are any.
        """
        if not self.has_workers:
            ratio = self.cpu_ratio("generator")
            return None if ratio is None else (None, ratio)
        busiest = max(self.generators, key=lambda tally: tally.cpu_s)
        return (busiest.worker, busiest.cpu_s / self.window_s) if self.window_s else None


def gather_evidence(
    trial: MeasuredTrial,
    slices: Iterable[SliceLine],
    readings: Iterable[ReadingLine],
    observations: Iterable[Observation],
) -> Iterator[StepEvidence]:
    """Sort a trial's lines by step, in one pass over each kind, and add them up.

    Readings and observations belong to a window by their time, the readings at its edges by the
    step that they name.
    """
    lines = TrialLines(slices)
    edges, polls = _sort_readings(readings)
    told = Timeline(observations)
    for step in trial.steps:
        of_step = lines.of(step.index)
        tallies = _tally_names(of_step)
        yield StepEvidence(
            trial=trial,
            step=step,
            names=tallies,
            users=merge_tallies(tallies["users"].values()),
            bystander=merge_tallies(tallies["bystander"].values()),
            succeeded_per_slice=of_step.count_successes(),
            schedules=tally_schedules(of_step.schedules),
            failures=tuple(of_step.failures),
            exhausted=_count_exhausted(of_step),
            streams={
                name: tally_streams(of_name, of_step.handshakes(name))
                for name, of_name in sorted(of_step.streams.items())
            },
            all_streams=_tally_all_streams(of_step),
            generators=tally_generators(lines.of_generator(step.index)),
            processes=_join_processes(edges[step.index].processes, polls, step.times),
            machine=join_machine(edges[step.index].machine),
            observations=told.within(step.times),
            has_slices=lines.has(step.index),
        )


@dataclass(slots=True)
class _StepEdges:
    processes: list[ProcessReading] = field(default_factory=list)
    machine: list[MachineReading] = field(default_factory=list)


def _tally_names(lines: StepLines) -> dict[Group, dict[str, RequestTally]]:
    tallies: dict[Group, dict[str, RequestTally]] = {"users": {}, "bystander": {}}
    for group, name in sorted(lines.requests.keys() | lines.censored.keys()):
        tallies[group][name] = tally_requests(
            lines.requests.get((group, name), ()), lines.censored.get((group, name), ())
        )
    return tallies


def _tally_all_streams(lines: StepLines) -> StreamTally | None:
    if not lines.streams:
        return None
    return tally_streams(
        (line for of_name in lines.streams.values() for line in of_name),
        (line for name in lines.streams for line in lines.handshakes(name)),
    )


def _count_exhausted(lines: StepLines) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for of_name in (*lines.warming_up.values(), *lines.requests.values()):
        for line in of_name:
            if line.outcome in EXHAUSTED:
                counts[line.outcome] += line.requests
    return {outcome: count for outcome, count in sorted(counts.items()) if count}


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
