"""Crowding: generator and services that share cores, and have used them up together."""

from __future__ import annotations

from typing import Final, NamedTuple

from bench.analysis.evidence import StepEvidence

MAX_CPU_RATIO: Final = 0.90
"""Whoever uses more of its cores than this has no headroom left for a burst."""


class Crowd(NamedTuple):
    """What either used, in cores, and how many there were for both."""

    services: float
    generator: float
    cores: int

    def __str__(self) -> str:
        return (
            f"the services ({self.services:.0%}) and the generator ({self.generator:.0%}) together "
            f"used up {count_cores(self.cores)}"
        )


def find_crowd(evidence: StepEvidence) -> Crowd | None:
    """Return what generator and services used of the cores that they share; None: no crowd there.

    Without pinning nobody knows which cores were theirs, and nothing is found.
    """
    services, generator = evidence.cpu_ratio("services"), evidence.cpu_ratio("generator")
    placement = evidence.trial.placement
    own, others = set(placement.services), set(placement.generator)
    if services is None or generator is None or own.isdisjoint(others):
        return None
    cores = len(own | others)
    if services + generator < MAX_CPU_RATIO * cores:
        return None
    return Crowd(services, generator, cores)


def count_cores(count: int) -> str:
    """Write a number of cores.

    >>> count_cores(1), count_cores(2)
    ('one core', '2 cores')
    """
    return "one core" if count == 1 else f"{count} cores"
