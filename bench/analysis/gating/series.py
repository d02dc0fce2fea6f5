"""Series: one quantity of one step, trial by trial, and the trials that had to be left out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import NamedTuple

from bench.analysis.gating.duets import DuetStep, GateUnit
from bench.analysis.gating.failing import only_baseline_failed
from bench.analysis.gating.quantities import RESPONSE_TIMES, Gated
from bench.analysis.gating.rule import GateRule
from bench.model.load_level import LoadLevel
from bench.model.summary import StepRow


class Point(NamedTuple):
    """What a trial says of a quantity, or why it says nothing; then both numbers are 0."""

    trial: int
    baseline: float = 0.0
    candidate: float = 0.0
    missing: str = ""
    is_mended: bool = False
    """Whether it's missing since requests of the baseline alone failed."""
    is_disturbed: bool = False
    """Whether it's missing for what the machine did to both arms, and for nothing else."""


@dataclass(frozen=True, slots=True)
class Series:
    """All trials of one row of a gate, in their order."""

    unit: GateUnit
    load: LoadLevel
    gated: Gated
    points: tuple[Point, ...]

    @property
    def kept(self) -> tuple[Point, ...]:
        """The trials that count."""
        return tuple(point for point in self.points if not point.missing)

    @property
    def worsenings(self) -> tuple[float, ...]:
        """Logarithms of how much worse the candidate was, in each trial that counts."""
        return tuple(self.gated.worsening(each.baseline, each.candidate) for each in self.kept)

    def until(self, kept: int) -> tuple[Point, ...]:
        """Return all trials up to the last of so many that count, those left out among them."""
        counted = 0
        for index, point in enumerate(self.points):
            counted += not point.missing
            if counted == kept and not point.missing:
                return self.points[: index + 1]
        return self.points

    def smallest_effect(self, min_effect: float, rule: GateRule) -> float:
        """Return the smallest worsening that matters, with the quantity's floor, as a ratio.

        The baseline's level is that of the screening: what the rule goes by must not move with the
        trials that it is applied to.
        """
        screened = self.kept[: rule.screening]
        if not screened:
            return min_effect
        return self.gated.widen(min_effect, take_geometric_mean([p.baseline for p in screened]))


def build_series(
    unit: GateUnit, gated: Gated, steps: Sequence[DuetStep], max_error_ratio: float
) -> Series:
    """Build the series of one quantity from the same step of all trials.

    A trial is left out where either arm's step is invalid, or hasn't the quantity, or has a lower
    bound of it; and for nothing else, however odd its numbers look.

    Args:
        unit: what the trials measured.
        gated: the quantity.
        steps: the step's two arms, of each trial; at least one.
        max_error_ratio: the experiment's budget of failed requests.
    """
    points = tuple(_take_point(gated, step, max_error_ratio) for step in steps)
    return Series(unit, steps[0].load, gated, points)


def take_geometric_mean(numbers: Sequence[float]) -> float:
    """Return the geometric mean of numbers above 0.

    >>> round(take_geometric_mean([1.0, 100.0]), 9)
    10.0
    """
    return math.exp(fmean(map(math.log, numbers)))


def _take_point(gated: Gated, step: DuetStep, max_error_ratio: float) -> Point:
    numbers = []
    for arm, seen in step.arms:
        row = seen.of_all
        missing = seen.doubts or (find_missing(gated, row) if row else "")
        if arm == "baseline" and gated.name in RESPONSE_TIMES and seen.is_overloaded:
            missing = missing or f"its rate is too much for it, and {gated.name} its queue"
        if missing:
            mended = only_baseline_failed(step, max_error_ratio)
            return Point(
                step.trial,
                missing=f"{arm}: {missing}",
                is_mended=mended,
                is_disturbed=step.is_disturbed,
            )
        numbers.append(gated.read(row) if row else None)
    baseline, candidate = numbers
    return Point(step.trial, baseline or 0.0, candidate or 0.0)


def find_missing(gated: Gated, row: StepRow) -> str:
    """Say why a row that counts has no number to compare; empty where it has one."""
    value = gated.read(row)
    if value is None:
        return f"no {gated.name}"
    if value <= 0:
        return f"{gated.name} is {value:g}"
    if gated.field in row.at_least:
        return f"{gated.name} is only a lower bound, since requests were censored"
    return ""
