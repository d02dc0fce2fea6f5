"""Knees: what the searches of a variant found, trial by trial, becomes one rate with its interval.

The unit is the trial, as everywhere: each has searched by itself, on a target of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any, Final

from bench.analysis.comparing import MAX_DROPPED_RATIO, order_experiments, order_stratum
from bench.analysis.estimating import RatioInterval, estimate_ratio
from bench.analysis.pairing import NO_PAIR, PairedEstimate, estimate_pairs
from bench.model.comparison import Comparison
from bench.model.experiment import StratumValue
from bench.model.knee import Knee, KneeEstimate
from bench.model.trial import MeasuredTrial, TrialRecord

METHOD_T_ON_LOGS: Final = "t on logs"

QUANTITY: Final = "knee_per_s"

ONE_TRIAL: Final = "one trial: no interval"

NO_SPREAD: Final = "the trials found the very same rate: no spread to make an interval of"


def estimate_knees(records: Sequence[TrialRecord], level: float = 0.95) -> tuple[KneeEstimate, ...]:
    """Estimate the knee of each variant that searched, in each stratum.

    It is the geometric mean of the highest rates that held, with Student's t interval on their
    logarithms. Where any trial ended without having seen the rate fail, there is no mean but a
    bound of it. A search that did not settle is left out and counted, as an invalid step is.

    Args:
        records: the trials of a run, in their order.
        level: the confidence level of the intervals.

    Returns:
        By experiment in the order of the trials, then stratum and variant.
    """
    return tuple(
        _estimate_variant(cell, variant, level)
        for cell in _sort_cells(records)
        for variant in cell.searches
    )


def compare_knees(
    records: Sequence[TrialRecord], baselines: Mapping[str, str], level: float = 0.95
) -> tuple[Comparison, ...]:
    """Compare the knee of every variant with its baseline's, by pairs of the same repetition.

    Args:
        records: the trials of a run, in their order.
        baselines: the baseline variant of each experiment.
        level: the confidence level of the intervals.
    """
    known = dict(order_experiments(records, baselines))
    return tuple(
        _compare(cell, candidate, known[cell.experiment], level)
        for cell in _sort_cells(records)
        if cell.experiment in known
        for candidate in sorted(cell.searches.keys() - {known[cell.experiment]})
    )


@dataclass(frozen=True, slots=True)
class _Search:
    """What one trial found."""

    trial: MeasuredTrial
    knee: Knee

    @property
    def is_settled(self) -> bool:
        return self.knee.end != "not-settled"

    @property
    def found_per_s(self) -> float | None:
        return self.knee.holds_per_s if self.knee.end == "found" else None

    def __str__(self) -> str:
        return f"trial {self.trial.number} ({self.trial.variant})"


@dataclass(frozen=True, slots=True)
class _Cell:
    """The searches that may be compared: of one experiment and stratum."""

    experiment: str
    stratum: dict[str, StratumValue]
    searches: dict[str, dict[int, _Search]] = field(default_factory=dict)
    """By variant and repetition."""


def _sort_cells(records: Sequence[TrialRecord]) -> list[_Cell]:
    cells: dict[Any, _Cell] = {}
    for record in records:
        trial = record.trial
        if trial.knee is not None:
            key = (trial.experiment, order_stratum(trial.stratum))
            cell = cells.setdefault(key, _Cell(trial.experiment, trial.stratum))
            found = cell.searches.setdefault(trial.variant, {})
            found[trial.repetition] = _Search(trial, trial.knee)
    names = list(dict.fromkeys(record.trial.experiment for record in records))
    return [cells[key] for key in sorted(cells, key=lambda key: (names.index(key[0]), key[1]))]


def _estimate_variant(cell: _Cell, variant: str, level: float) -> KneeEstimate:
    searches = [cell.searches[variant][each] for each in sorted(cell.searches[variant])]
    settled = [search for search in searches if search.is_settled]
    lost = _describe_lost({variant: searches})
    unfound = next(_describe_unfound(settled), "")
    rates = [rate for search in settled if (rate := search.found_per_s) is not None]
    estimate = _Mean(missing=unfound)
    if rates and not unfound:
        estimate = _estimate_mean(rates, level)
    return KneeEstimate(
        experiment=cell.experiment,
        variant=variant,
        stratum=cell.stratum,
        conditions=searches[0].knee.conditions,
        rate_per_s=estimate.rate_per_s,
        low_per_s=estimate.interval.low if estimate.interval else None,
        high_per_s=estimate.interval.high if estimate.interval else None,
        at_least_per_s=_bound(settled) if unfound else None,
        level=level,
        n=len(rates),
        method=METHOD_T_ON_LOGS,
        trials=tuple(search.trial.number for search in settled),
        valid=estimate.rate_per_s is not None and not lost,
        because="; ".join(filter(None, (estimate.missing, lost))),
        beyond=next((each.knee.because for each in settled if each.found_per_s is not None), ""),
    )


@dataclass(frozen=True, slots=True)
class _Mean:
    rate_per_s: float | None = None
    interval: RatioInterval | None = None
    missing: str = ""


def _estimate_mean(rates: Sequence[float], level: float) -> _Mean:
    if len(rates) == 1:
        return _Mean(rates[0], missing=ONE_TRIAL)
    if len(set(rates)) == 1:
        return _Mean(rates[0], missing=NO_SPREAD)
    interval = estimate_ratio([math.log(rate) for rate in rates], level)
    return _Mean(interval.ratio, interval)


def _bound(searches: Sequence[_Search]) -> float | None:
    """Return what the geometric mean is at least: each trial's knee is no lower than what held."""
    held = [search.knee.holds_per_s for search in searches]
    if None in held:
        return None
    return math.exp(fmean(math.log(rate) for rate in held if rate is not None))


def _describe_unfound(searches: Sequence[_Search]) -> Iterator[str]:
    for search in searches:
        knee = search.knee
        if search.found_per_s is not None:
            continue
        if knee.holds_per_s is not None:
            yield f"{search}: at least {knee.holds_per_s:g}/s; {knee.because}"
        else:
            yield f"{search}: no rate held; {knee.because}"


def _describe_lost(sides: Mapping[str, Sequence[_Search]]) -> str:
    return "; ".join(
        f"{len(lost)} of {len(searches)} searches of {variant} did not settle: "
        f"{lost[0]}, {lost[0].knee.because}"
        for variant, searches in sides.items()
        if (lost := [search for search in searches if not search.is_settled])
        and len(lost) > MAX_DROPPED_RATIO * len(searches)
    )


def _compare(cell: _Cell, candidate: str, baseline: str, level: float) -> Comparison:
    ours, theirs = cell.searches[candidate], cell.searches.get(baseline, {})
    pairs = [(ours[each], theirs[each]) for each in sorted(ours.keys() & theirs.keys())]
    kept = [pair for pair in pairs if all(search.is_settled for search in pair)]
    estimate = _estimate_ratio(kept, level)
    lost = _describe_lost(
        {candidate: [pair[0] for pair in pairs], baseline: [pair[1] for pair in pairs]}
    )
    return Comparison(
        experiment=cell.experiment,
        stratum=cell.stratum,
        load=None,
        quantity=QUANTITY,
        candidate=candidate,
        baseline=baseline,
        ratio=estimate.ratio,
        low=estimate.interval.low if estimate.interval else None,
        high=estimate.interval.high if estimate.interval else None,
        level=level,
        sign_flip_p=estimate.sign_flip_p,
        n=len(kept),
        method=estimate.method,
        trials=tuple(sorted(search.trial.number for pair in kept for search in pair)),
        dropped=len(pairs) - len(kept),
        valid=estimate.ratio is not None and not lost,
        because="; ".join(filter(None, (estimate.missing, lost))),
    )


def _estimate_ratio(kept: Sequence[tuple[_Search, _Search]], level: float) -> PairedEstimate:
    if not kept:
        return PairedEstimate(missing=f"{NO_PAIR} whose searches both settled")
    unfound = next(_describe_unfound([search for pair in kept for search in pair]), "")
    if unfound:
        return PairedEstimate(missing=unfound)
    values = [(ours.found_per_s or 0.0, theirs.found_per_s or 0.0) for ours, theirs in kept]
    return estimate_pairs(values, level)
