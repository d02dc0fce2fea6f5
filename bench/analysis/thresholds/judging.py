"""Judging: the thresholds of a run's experiments, each in every place that it holds for.

The unit is the trial. A threshold is held where the whole interval lies on the right side of the
bound, crossed where it lies on the wrong one, and inconclusive where it straddles it; a threshold
of which nothing was measured is neither of these, and said to be so.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from bench.analysis.comparing import MAX_DROPPED_RATIO
from bench.analysis.thresholds.estimates import METHOD_T
from bench.analysis.thresholds.failures import look_at_failures
from bench.analysis.thresholds.outcome import Outcome, Unit
from bench.analysis.thresholds.places import Place, find_places
from bench.analysis.thresholds.samples import Sample, Samples
from bench.analysis.thresholds.values import look_at_values
from bench.model.bound import Dimension
from bench.model.caution import CautionCode
from bench.model.check import Check
from bench.model.experiment import Experiment
from bench.model.plan import Plan
from bench.model.threshold import Finding, Threshold, ThresholdVerdict
from bench.model.trial import TrialRecord

_UNITS: Final[Mapping[Dimension, str]] = {
    "time": "s",
    "memory": "bytes",
    "rate": "1/s",
    "ratio": "",
    "count": "",
    "told": "",
}


def judge_thresholds(
    plan: Plan, records: Sequence[TrialRecord], level: float = 0.95
) -> tuple[ThresholdVerdict, ...]:
    """Judge every threshold of a plan's experiments by the trials of the run.

    Args:
        plan: what was to be measured.
        records: the trials that were.
        level: the confidence level of the intervals.

    Returns:
        By experiment, threshold in the order of the file, stratum, load level (rising), variant.
    """
    return tuple(
        verdict
        for experiment in plan.experiments
        if experiment.file.thresholds
        for samples in (Samples(records, experiment.name),)
        for threshold in experiment.file.thresholds
        for verdict in judge_threshold(threshold, experiment, plan, samples, level)
    )


def judge_threshold(
    threshold: Threshold, experiment: Experiment, plan: Plan, samples: Samples, level: float
) -> tuple[ThresholdVerdict, ...]:
    """Judge one threshold in every place of an experiment's plan that it holds for.

    Args:
        threshold: the experiment's own, or a claim's about it.
        experiment: as it was planned.
        plan: what was to be measured.
        samples: the experiment's steps.
        level: the confidence level of the intervals.
    """
    return tuple(
        _judge(threshold, place, experiment, samples, level)
        for place in find_places(threshold, experiment, plan)
    )


def _judge(
    threshold: Threshold, place: Place, experiment: Experiment, samples: Samples, level: float
) -> ThresholdVerdict:
    check = threshold.check
    outcome = (
        Outcome(Finding.NOT_MEASURED, place.unplanned)
        if place.unplanned
        else _look(threshold, place, samples, level)
    )
    estimate = outcome.estimate
    against = _name_against(check, place)
    return ThresholdVerdict(
        experiment=experiment.name,
        threshold=check.text,
        stratum=dict(place.stratum),
        load=place.load,
        name=threshold.name,
        variant=place.variant,
        quantity=check.quantity,
        against=against,
        operator=check.operator,
        bound=check.bound,
        tolerance=check.tolerance,
        unit="" if against else outcome.unit or _UNITS[check.subject.dimension],
        value=estimate and estimate.value,
        low=estimate and estimate.low,
        high=estimate and estimate.high,
        level=level,
        n=len(outcome.units),
        method=estimate.method if estimate else METHOD_T,
        trials=tuple(sorted({each.trial.number for unit in outcome.units for each in unit})),
        dropped=outcome.dropped,
        verdict=outcome.finding,
        because=outcome.because,
    )


def _name_against(check: Check, place: Place) -> str | None:
    """Name what the bound is a multiple of, with the variant that it is taken of."""
    right = check.right
    if right is None:
        return None
    named = right.term.model_copy(update={"variant": right.term.variant or place.variant})
    return str(right._replace(term=named))


def _look(threshold: Threshold, place: Place, samples: Samples, level: float) -> Outcome:
    """Take what counts of the samples of a place, in pairs where two sides are compared."""
    sides = [samples.at(place, term.variant) for term in threshold.check.terms]
    units = _pair(sides)
    if not units:
        return Outcome(Finding.NOT_MEASURED, _describe_absence(threshold, place, sides))
    of_errors = threshold.check.subject.quantity == "error_ratio"
    kept = [unit for unit in units if all(each.counts(for_errors=of_errors) for each in unit)]
    dropped = len(units) - len(kept)
    if not kept:
        because = f"every step of it is invalid ({_list_cautions(units)})"
        return Outcome(Finding.NOT_MEASURED, because, dropped=dropped)
    outcome = (
        look_at_failures(threshold, kept, level)
        if of_errors
        else look_at_values(threshold, kept, level)
    )
    if outcome.finding is not Finding.NOT_MEASURED and dropped > MAX_DROPPED_RATIO * len(units):
        because = (
            f"{dropped} of {len(units)} are invalid ({_list_cautions(units)}), so that the others "
            "are a selection"
        )
        outcome = replace(outcome, finding=Finding.INCONCLUSIVE, because=because)
    return replace(outcome, dropped=dropped)


def _pair(sides: Sequence[Mapping[Hashable, Sample]]) -> list[Unit]:
    """Return what all sides have, side by side, in the order of the trials."""
    common = [pair for pair in sides[0] if all(pair in side for side in sides)]
    units = [tuple(side[pair] for side in sides) for pair in common]
    return sorted(units, key=lambda unit: unit[0].trial.number)


def _describe_absence(
    threshold: Threshold, place: Place, sides: Sequence[Mapping[Hashable, Sample]]
) -> str:
    terms = threshold.check.terms
    variants = [term.variant or place.variant for term in terms]
    for variant, side in zip(variants, sides, strict=True):
        if not side:
            return f"{variant} was not measured here"
    return f"{' and '.join(map(str, variants))} have no repetition and no duet in common"


def _list_cautions(units: Sequence[Unit]) -> str:
    found = {
        caution.code
        for unit in units
        for sample in unit
        for step in sample.steps
        for caution in step.cautions
        if caution.code.invalidates
    }
    return ", ".join(code for code in CautionCode if code in found)
