"""Comparing: trials of the same repetition, paired, become a ratio with its interval.

The unit is the trial: one log ratio per pair and quantity, and no statistics over requests. Pairs
are dropped where a step is invalid, never because a number looks odd, and they are counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bench.analysis.pairing import NO_PAIR, PairedEstimate, estimate_pairs
from bench.analysis.quantities import Quantity, choose_quantities
from bench.model.comparison import Comparison
from bench.model.experiment import StratumValue
from bench.model.load_level import LoadLevel, Users
from bench.model.trial import JudgedStep, MeasuredTrial, TrialRecord

MAX_DROPPED_RATIO: Final = 0.1
"""If more of a side's steps are invalid, those that are left are a selection."""


def compare_variants(
    records: Sequence[TrialRecord], baselines: Mapping[str, str], level: float = 0.95
) -> tuple[Comparison, ...]:
    """Compare every variant with its experiment's baseline, in each stratum and at each load level.

    A quantity that neither side has in any trial is left out. Trials of duets are not compared
    here: their arms are pairs already. Nor are the steps of searches, which were driven at rates of
    their own: what is compared there is what was found (`bench.analysis.knees`).

    Args:
        records: the trials of a run, in their order.
        baselines: the baseline variant of each experiment.
        level: the confidence level of the intervals.

    Returns:
        By experiment in the order of the trials, then stratum, load level (rising), candidate and
        quantity.
    """
    return tuple(
        _compare(cell, candidate, quantity, level)
        for experiment, baseline in order_experiments(records, baselines)
        for cell in _sort_cells(records, experiment, baseline)
        for candidate in sorted(cell.steps.keys() - {baseline})
        for quantity in choose_quantities(cell.steps_of(candidate, baseline))
    )


@dataclass(frozen=True, slots=True)
class _Cell:
    """The steps that may be compared: of one experiment, stratum and load level."""

    experiment: str
    stratum: dict[str, StratumValue]
    load: LoadLevel
    baseline: str
    steps: dict[str, dict[int, tuple[MeasuredTrial, JudgedStep]]] = field(default_factory=dict)
    """By variant and repetition."""

    def steps_of(self, *variants: str) -> list[JudgedStep]:
        """Return all steps of these variants."""
        return [step for variant in variants for _, step in self.steps.get(variant, {}).values()]


@dataclass(frozen=True, slots=True)
class _Pair:
    candidate: tuple[MeasuredTrial, JudgedStep]
    baseline: tuple[MeasuredTrial, JudgedStep]

    @property
    def sides(self) -> tuple[tuple[MeasuredTrial, JudgedStep], ...]:
        return (self.candidate, self.baseline)

    @property
    def valid(self) -> bool:
        return all(step.valid for _, step in self.sides)


def order_experiments(
    records: Sequence[TrialRecord], baselines: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield the experiments of a run and their baselines, in the order of the trials."""
    for name in dict.fromkeys(record.trial.experiment for record in records):
        if name in baselines:
            yield name, baselines[name]


def _sort_cells(records: Sequence[TrialRecord], experiment: str, baseline: str) -> list[_Cell]:
    cells: dict[Any, _Cell] = {}
    for record in records:
        trial = record.trial
        if trial.experiment != experiment or trial.mode != "solo" or trial.knee is not None:
            continue
        for step in record.steps:
            load = step.step.load
            key = (order_stratum(trial.stratum), _order_load(load))
            cell = cells.setdefault(key, _Cell(experiment, trial.stratum, load, baseline))
            cell.steps.setdefault(trial.variant, {})[trial.repetition] = (trial, step)
    return [cells[key] for key in sorted(cells)]


def order_stratum(stratum: Mapping[str, StratumValue]) -> tuple[tuple[str, int, float, str], ...]:
    """Return what sorts strata."""
    # Numbers by their value, text by its letters, and one never compared with the other.
    return tuple(
        (name, 1, 0.0, value)
        if isinstance(value, str)
        else (name, 0, float(value), type(value).__name__)
        for name, value in sorted(stratum.items())
    )


def _order_load(load: LoadLevel) -> tuple[str, float]:
    return ("users", float(load.users)) if isinstance(load, Users) else ("rate", load.rate)


def _compare(cell: _Cell, candidate: str, quantity: Quantity, level: float) -> Comparison:
    ours, theirs = cell.steps[candidate], cell.steps.get(cell.baseline, {})
    pairs = [_Pair(ours[each], theirs[each]) for each in sorted(ours.keys() & theirs.keys())]
    kept = [pair for pair in pairs if pair.valid]
    estimate = _estimate(quantity, kept, len(pairs), level)
    selected = _describe_dropping(cell, candidate, pairs)
    return Comparison(
        experiment=cell.experiment,
        stratum=cell.stratum,
        load=cell.load,
        quantity=quantity.name,
        candidate=candidate,
        baseline=cell.baseline,
        ratio=estimate.ratio,
        low=estimate.interval.low if estimate.interval else None,
        high=estimate.interval.high if estimate.interval else None,
        level=level,
        sign_flip_p=estimate.sign_flip_p,
        n=len(kept),
        method=estimate.method,
        trials=tuple(sorted(trial.number for pair in kept for trial, _ in pair.sides)),
        dropped=len(pairs) - len(kept),
        valid=bool(kept) and not selected,
        because="; ".join(filter(None, (estimate.missing, selected))),
    )


def _estimate(
    quantity: Quantity, kept: Sequence[_Pair], pairs: int, level: float
) -> PairedEstimate:
    if not kept:
        reason = "every pair of trials has an invalid step" if pairs else NO_PAIR
        return PairedEstimate(missing=reason)
    missing = next(filter(None, (_find_missing(quantity, pair) for pair in kept)), "")
    if missing:
        return PairedEstimate(missing=missing)
    values = [
        (quantity.value(pair.candidate[1]) or 0.0, quantity.value(pair.baseline[1]) or 0.0)
        for pair in kept
    ]
    return estimate_pairs(values, level, is_count=quantity.is_count)


def _find_missing(quantity: Quantity, pair: _Pair) -> str:
    for trial, step in pair.sides:
        value = quantity.value(step)
        if value is None:
            return f"trial {trial.number} ({trial.variant}) has no {quantity.name}"
        if value <= 0:
            return f"{quantity.name} is {value:g} in trial {trial.number} ({trial.variant})"
        if quantity.is_lower_bound(step):
            return (
                f"{quantity.name} of trial {trial.number} ({trial.variant}) is only a lower bound: "
                "requests were censored"
            )
    return ""


def _describe_dropping(cell: _Cell, candidate: str, pairs: Sequence[_Pair]) -> str:
    sides = {
        candidate: [pair.candidate[1] for pair in pairs],
        cell.baseline: [pair.baseline[1] for pair in pairs],
    }
    return "; ".join(
        f"{invalid} of {len(steps)} steps of {variant} are invalid"
        for variant, steps in sides.items()
        if (invalid := sum(not step.valid for step in steps)) > MAX_DROPPED_RATIO * len(steps)
    )
