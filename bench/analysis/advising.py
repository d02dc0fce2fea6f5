"""What a machine's environment means for measuring on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bench.model.advice import Advice
from bench.model.environment import Environment

_ENOUGH_FILES: Final = 10_000
"""A ladder up to some thousand connections, with one file for each on either side."""

_NOTABLE_STEAL: Final = 0.01
_NOTABLE_LOAD_PER_CORE: Final = 0.3


def advise(environment: Environment) -> tuple[Advice, ...]:
    """Judge each property of a machine that measuring depends on."""
    return tuple(_each(environment))


def _each(environment: Environment) -> Iterator[Advice]:
    yield _cores(environment)
    yield _files(environment)
    yield _load(environment)
    yield from _steal(environment)
    yield from _governor(environment)
    yield from _quota(environment)
    yield from _missing(environment)


def _cores(environment: Environment) -> Advice:
    count = len(environment.usable_cores) or environment.cores
    finding = f"{count} usable of {environment.cores}"
    if count == 1:
        remedy = "Target and generator share one core: compare CPU per request, not throughput."
        return Advice(topic="cores", state="bad", finding=finding, remedy=remedy)
    if count == 2:
        remedy = "One for the target; services share the other with the generator."
        return Advice(topic="cores", state="fair", finding=finding, remedy=remedy)
    return Advice(topic="cores", state="good", finding=finding)


def _files(environment: Environment) -> Advice:
    limit = environment.open_files_limit
    if limit >= _ENOUGH_FILES:
        return Advice(topic="open files", state="good", finding=f"{limit} per process")
    return Advice(
        topic="open files",
        state="fair",
        finding=f"{limit} per process",
        remedy="Raise the hard limit (`ulimit -Hn`) before asking for more users than that.",
    )


def _load(environment: Environment) -> Advice:
    load = environment.load_1min
    finding = "unknown" if load is None else f"{load:.2f} over the last minute"
    if load is not None and load > _NOTABLE_LOAD_PER_CORE * environment.cores:
        remedy = "Stop what else is running: it takes cores from target and generator."
        return Advice(topic="load", state="fair", finding=finding, remedy=remedy)
    return Advice(topic="load", state="good", finding=finding)


def _steal(environment: Environment) -> Iterator[Advice]:
    ratio = environment.steal_ratio
    if ratio is None:
        return
    finding = f"{ratio:.2%} of CPU time since boot"
    if ratio > _NOTABLE_STEAL:
        remedy = "The host is shared and busy: trust ratios of one run, never absolute numbers."
        yield Advice(topic="stolen", state="fair", finding=finding, remedy=remedy)
    else:
        yield Advice(topic="stolen", state="good", finding=finding)


def _governor(environment: Environment) -> Iterator[Advice]:
    if environment.governor is None:
        return
    if environment.governor == "performance":
        yield Advice(topic="governor", state="good", finding=environment.governor)
    else:
        remedy = "Set it to performance: `cpupower frequency-set -g performance`."
        yield Advice(topic="governor", state="fair", finding=environment.governor, remedy=remedy)


def _quota(environment: Environment) -> Iterator[Advice]:
    quota = environment.cgroup_cpu_quota
    if quota is None:
        return
    finding = f"the cgroup may use {quota:g} cores"
    if quota < len(environment.usable_cores):
        remedy = "Processes are held back when it is used up: lift it, or measure below it."
        yield Advice(topic="quota", state="bad", finding=finding, remedy=remedy)
    else:
        yield Advice(topic="quota", state="good", finding=finding)


def _missing(environment: Environment) -> Iterator[Advice]:
    if environment.missing:
        yield Advice(
            topic="not on this system",
            state="fair",
            finding=", ".join(environment.missing),
            remedy="Measure on Linux where these matter.",
        )
