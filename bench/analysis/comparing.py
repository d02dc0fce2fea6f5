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
from bench.model.arm import Arm, Mode
from bench.model.comparison import Comparison
from bench.model.experiment import StratumValue
from bench.model.grouping import group_by
from bench.model.load_level import LoadLevel, Users
from bench.model.trial import JudgedStep, MeasuredTrial, TrialRecord

MAX_DROPPED_RATIO: Final = 0.1
"""If more of a side's steps are invalid, those that are left are a selection."""


def compare_variants(
    records: Sequence[TrialRecord], baselines: Mapping[str, str], level: float = 0.95
) -> tuple[Comparison, ...]:
    """Compare every variant with its experiment's baseline, in each stratum and at each load level.

    A quantity that neither side has in any trial is left out. The arms of a duet are a pair as they
    are; solo trials are paired by repetition. The steps of searches are not compared, since they
    were driven at rates of their own: what is compared there is what was found
    (`bench.analysis.knees`).

    Args:
        records: the trials of a run, in their order.
        baselines: the baseline variant of each experiment.
        level: the confidence level of the intervals.

    Returns:
        By experiment in the order of the trials, then stratum, load level (rising), candidate and
        quantity.
    """
    records_of = group_by(records, lambda record: record.trial.experiment)
    return tuple(
        _compare(cell, quantity, level)
        for experiment, baseline in order_experiments(records, baselines)
        for cell in _sort_cells(records_of[experiment], baseline)
        for quantity in choose_quantities(cell.steps)
    )


_Side = tuple[MeasuredTrial, JudgedStep]


@dataclass(frozen=True, slots=True)
class _Pair:
    candidate: _Side
    baseline: _Side

    @property
    def sides(self) -> tuple[_Side, ...]:
        return (self.candidate, self.baseline)

    @property
    def valid(self) -> bool:
        return all(step.valid for _, step in self.sides)


@dataclass(slots=True)
class _Cell:
    """What may be compared: two variants in one stratum at one load level, in one mode."""

    experiment: str
    mode: Mode
    stratum: dict[str, StratumValue]
    load: LoadLevel
    candidate: str
    baseline: str
    pairs: list[_Pair] = field(default_factory=list)
    steps: list[JudgedStep] = field(default_factory=list)
    """Those without a partner among them."""

    def key(self) -> Any:
        """Return what cells are sorted by, and what tells them apart."""
        return (
            *(order_stratum(self.stratum), _order_load(self.load), self.candidate),
            *(self.mode, self.baseline),
        )


def order_experiments(
    records: Sequence[TrialRecord], baselines: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield the experiments of a run and their baselines, in the order of the trials."""
    for name in dict.fromkeys(record.trial.experiment for record in records):
        if name in baselines:
            yield name, baselines[name]


def _sort_cells(records: Sequence[TrialRecord], baseline: str) -> list[_Cell]:
    cells: dict[Any, _Cell] = {}
    for cell in (*_solo_cells(records, baseline), *_duet_cells(records)):
        joined = cells.setdefault(cell.key(), cell)
        if joined is not cell:
            joined.pairs += cell.pairs
            joined.steps += cell.steps
    return [cells[key] for key in sorted(cells)]


def _solo_cells(records: Sequence[TrialRecord], baseline: str) -> Iterator[_Cell]:
    groups: dict[Any, dict[str, dict[int, _Side]]] = {}
    for record in records:
        trial = record.trial
        if trial.mode == "solo" and trial.knee is None:
            for step in record.steps:
                place = (order_stratum(trial.stratum), _order_load(step.step.load))
                of_variant = groups.setdefault(place, {}).setdefault(trial.variant, {})
                of_variant[trial.repetition] = (trial, step)
    for variants in groups.values():
        theirs = variants.get(baseline, {})
        for candidate in variants.keys() - {baseline}:
            ours = variants[candidate]
            trial, step = next(iter(ours.values()))
            yield _Cell(
                *(trial.experiment, "solo", trial.stratum, step.step.load, candidate, baseline),
                pairs=[_Pair(ours[each], theirs[each]) for each in sorted(ours.keys() & theirs)],
                steps=[step for _, step in (*ours.values(), *theirs.values())],
            )


def _duet_cells(records: Sequence[TrialRecord]) -> Iterator[_Cell]:
    for record in records:
        if record.candidate is None:
            continue
        arms = (record.steps_of("candidate"), record.steps_of("baseline"))
        for ours, theirs in zip(*arms, strict=True):
            cell = _Cell(
                record.trial.experiment,
                "duet",
                record.trial.stratum,
                ours.step.load,
                record.candidate.variant,
                record.trial.variant,
            )
            cell.pairs.append(_Pair((record.candidate, ours), (record.trial, theirs)))
            cell.steps += [ours, theirs]
            yield cell


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


def _compare(cell: _Cell, quantity: Quantity, level: float) -> Comparison:
    kept = [pair for pair in cell.pairs if pair.valid]
    estimate = _estimate(quantity, kept, len(cell.pairs), level)
    selected = _describe_dropping(cell)
    return Comparison(
        experiment=cell.experiment,
        stratum=cell.stratum,
        load=cell.load,
        quantity=quantity.name,
        candidate=cell.candidate,
        baseline=cell.baseline,
        mode=cell.mode,
        ratio=estimate.ratio,
        low=estimate.interval.low if estimate.interval else None,
        high=estimate.interval.high if estimate.interval else None,
        level=level,
        sign_flip_p=estimate.sign_flip_p,
        n=len(kept),
        method=estimate.method,
        trials=tuple(sorted({trial.number for pair in kept for trial, _ in pair.sides})),
        dropped=len(cell.pairs) - len(kept),
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


def _describe_dropping(cell: _Cell) -> str:
    sides = {
        _name_side(cell, "candidate"): [pair.candidate[1] for pair in cell.pairs],
        _name_side(cell, "baseline"): [pair.baseline[1] for pair in cell.pairs],
    }
    return "; ".join(
        f"{invalid} of {len(steps)} steps of {side} are invalid"
        for side, steps in sides.items()
        if (invalid := sum(not step.valid for step in steps)) > MAX_DROPPED_RATIO * len(steps)
    )


def _name_side(cell: _Cell, arm: Arm) -> str:
    variant = cell.candidate if arm == "candidate" else cell.baseline
    return variant if cell.candidate != cell.baseline else f"{variant} ({arm})"
