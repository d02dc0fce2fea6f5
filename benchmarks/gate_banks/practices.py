"""Two common practices on the same machine in the same hours: what they would have said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final, Literal

from scipy import stats

from benchmarks.gate_banks.bank_files import BankedTrial, Banks, part_by_machine

THRESHOLDS: Final = (0.05, 0.10)
RUNS: Final = (1, 3)
"""How many runs of each side one verdict rests on; their medians are compared."""

Practice = Literal["first A then B", "stored baseline"]


@dataclass(frozen=True)
class PracticeRates:
    """How often a practice cried regression."""

    practice: Practice
    bank: str
    threshold: float
    runs: int
    verdicts: int
    alarms: int
    low: float | None
    high: float | None
    """Exact bounds of the share of alarms, at 95 %; None where verdicts share runs."""


def judge_practices(banks: Banks) -> list[PracticeRates]:
    """Let both practices judge the solo banks by throughput, with fixed thresholds.

    A stored baseline is the first batch of its bank and machine, and all are held against it.
    """
    return [
        _count(practice, name, threshold, runs, trials)
        for name in ("solo-aa", "solo-cpu-5")
        if len(trials := _list_measured(banks, name)) >= max(RUNS)
        for practice in ("first A then B", "stored baseline")
        for runs in RUNS
        for threshold in THRESHOLDS
    ]


def _list_measured(banks: Banks, name: str) -> list[BankedTrial]:
    return [
        trial
        for trial in banks.read(name)
        if trial.baseline["throughput_per_s"] and trial.candidate["throughput_per_s"]
    ]


def _count(
    practice: Practice, bank: str, threshold: float, runs: int, trials: Sequence[BankedTrial]
) -> PracticeRates:
    drops = [
        drop
        for own in part_by_machine(trials).values()
        for drop in _list_drops(practice, runs, own)
    ]
    alarms = sum(drop > threshold for drop in drops)
    low = high = None
    if practice == "first A then B":  # all verdicts on a stored baseline share its runs
        bounds = stats.binomtest(alarms, len(drops)).proportion_ci(method="exact")
        low, high = float(bounds.low), float(bounds.high)
    return PracticeRates(practice, bank, threshold, runs, len(drops), alarms, low, high)


def _list_drops(practice: Practice, runs: int, trials: Sequence[BankedTrial]) -> Iterator[float]:
    """Yield by how much throughput fell, verdict by verdict; the stored one is the first batch's.

    Steps that we would leave out count: who follows these practices does not know of them.

    Args:
        practice: how a verdict comes about.
        runs: of each side, for one verdict.
        trials: of one machine.
    """
    batches = [trials[at : at + runs] for at in range(0, len(trials) - runs + 1, runs)]
    for batch in batches:
        before = _median(batch if practice == "first A then B" else batches[0], "baseline")
        yield 1 - _median(batch, "candidate") / before


def _median(batch: Sequence[BankedTrial], side: Literal["baseline", "candidate"]) -> float:
    served: list[float] = [getattr(trial, side)["throughput_per_s"] for trial in batch]
    return median(served)
