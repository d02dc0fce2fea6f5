"""Generator tallies: what each process that generated load saw of itself during a window."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bench.analysis.histograms import Histogram, merge_encoded
from bench.model.slices import GeneratorSlice


@dataclass(frozen=True, slots=True)
class GeneratorTally:
    """What one generator process saw of itself during a window, all groups together."""

    worker: int | None
    """None where there is but one."""
    loop_lag: Histogram
    cpu_s: float
    core_wait_s: float | None
    """None where the system doesn't tell."""
    think_s: float

    @property
    def loop_lag_p99_s(self) -> float | None:
        """How late its event loop was at the 99th percentile; None where nothing was recorded."""
        return self.loop_lag.quantile_s(0.99)


def tally_generators(lines: Iterable[GeneratorSlice]) -> tuple[GeneratorTally, ...]:
    """Add up the generator's lines of a window, by worker; none where there are none."""
    of_worker: defaultdict[int | None, list[GeneratorSlice]] = defaultdict(list)
    for line in lines:
        of_worker[line.worker].append(line)
    order = sorted(of_worker, key=lambda worker: -1 if worker is None else worker)
    return tuple(_tally(worker, of_worker[worker]) for worker in order)


def find_worst(
    tallies: Iterable[GeneratorTally], measure: Callable[[GeneratorTally], float | None]
) -> tuple[GeneratorTally, float] | None:
    """Return the process with the highest value, and the value; None where none has any.

    One process at its limit is enough to spoil the requests that it sent, however idle the others.
    """
    known = [(tally, value) for tally in tallies if (value := measure(tally)) is not None]
    return max(known, key=lambda pair: pair[1], default=None)


def _tally(worker: int | None, lines: list[GeneratorSlice]) -> GeneratorTally:
    waits = [line.core_wait_s for line in lines if line.core_wait_s is not None]
    return GeneratorTally(
        worker=worker,
        loop_lag=merge_encoded(line.loop_lag_us for line in lines),
        cpu_s=sum(line.cpu_s for line in lines),
        core_wait_s=sum(waits) if waits else None,
        think_s=sum(line.think_s for line in lines),
    )
