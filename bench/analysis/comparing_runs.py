"""Comparing runs: each variant of one run with the same one of another, trials not paired.

What the machine did between the two runs stands in the ratio, and no interval tells of it: the
interval is of what trials of one run differ by. A duet, or a gate, measures both in one instant.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

from bench.analysis.comparing import order_stratum
from bench.analysis.estimating import RatioInterval
from bench.analysis.estimating_unpaired import estimate_unpaired_ratio
from bench.analysis.quantities import Quantity, choose_quantities
from bench.analysis.thresholds.samples import Sample, list_steps
from bench.model.comparison import Comparison
from bench.model.load_level import Users
from bench.model.run import StoredRun

METHOD_WELCH: Final = "Welch's t on logs"
FEW: Final = "one valid trial on a side: no interval"
NO_VALID: Final = "no valid trial on a side"


def compare_runs(
    baseline: StoredRun, candidate: StoredRun, level: float = 0.95
) -> tuple[Comparison, ...]:
    """Compare what both runs have: experiment, variant, stratum and load level.

    Args:
        baseline: the run that is divided by.
        candidate: the other one.
        level: the confidence level of the intervals.

    Returns:
        Ratios candidate / baseline; `candidate` names the variant, `baseline` the run.
    """
    known = {experiment.name for experiment in baseline.record.plan.experiments}
    return tuple(
        comparison
        for experiment in candidate.record.plan.experiments
        if experiment.name in known
        for comparison in _compare(experiment.name, baseline, candidate, level)
    )


def _compare(
    experiment: str, baseline: StoredRun, candidate: StoredRun, level: float
) -> Iterator[Comparison]:
    theirs, ours = _sort(baseline, experiment), _sort(candidate, experiment)
    for place in sorted(ours.keys() & theirs.keys()):
        sides = (ours[place], theirs[place])
        for quantity in choose_quantities(sample.step for side in sides for sample in side):
            yield _ratio(quantity, *sides, baseline.record.run_id, level)


def _sort(run: StoredRun, experiment: str) -> dict[Any, list[Sample]]:
    found: dict[Any, list[Sample]] = {}
    for trial, step, _ in list_steps(run.trials, experiment):
        if trial.mode != "solo":
            continue
        load = step.step.load
        size = ("users", float(load.users)) if isinstance(load, Users) else ("rate", load.rate)
        place = (order_stratum(trial.stratum), size, trial.variant)
        found.setdefault(place, []).append(Sample(trial, (step,)))
    return found


def _ratio(
    quantity: Quantity, ours: Sequence[Sample], theirs: Sequence[Sample], run_id: str, level: float
) -> Comparison:
    sides = [
        [value for sample in side if sample.step.valid and (value := _value(quantity, sample))]
        for side in (ours, theirs)
    ]
    n, of_all = min(map(len, sides)), len(ours) + len(theirs)
    interval, because = None, NO_VALID
    ratio = None
    if n:
        logs = [[math.log(value) for value in side] for side in sides]
        interval, because = _estimate(logs, level)
        ratio = math.exp(sum(logs[0]) / len(logs[0]) - sum(logs[1]) / len(logs[1]))
    first = ours[0]
    return Comparison(
        experiment=first.trial.experiment,
        stratum=first.trial.stratum,
        load=first.step.step.load,
        quantity=quantity.name,
        candidate=first.trial.variant,
        baseline=run_id,
        ratio=ratio,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        level=level,
        sign_flip_p=None,
        n=n,
        method=METHOD_WELCH,
        trials=tuple(sample.trial.number for sample in ours),
        dropped=of_all - sum(map(len, sides)),
        valid=bool(n),
        because=because,
    )


def _estimate(logs: Sequence[Sequence[float]], level: float) -> tuple[RatioInterval | None, str]:
    if min(map(len, logs)) < 2:
        return None, FEW
    if all(len(set(side)) == 1 for side in logs):
        return None, "the trials of each side agree to the last digit: no spread"
    return estimate_unpaired_ratio(logs[0], logs[1], level), ""


def _value(quantity: Quantity, sample: Sample) -> float | None:
    """Return a positive number that is more than a lower bound; None: there is none."""
    value = quantity.value(sample.step)
    if value is None or value <= 0 or quantity.is_lower_bound(sample.step):
        return None
    return value
