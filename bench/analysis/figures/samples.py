"""Samples of figures: the steps of an experiment that a figure is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bench.analysis.comparing import order_stratum
from bench.analysis.thresholds.samples import Sample, list_steps
from bench.model.experiment import Experiment
from bench.model.load_level import LoadLevel, Users
from bench.model.narrowing import Narrowing
from bench.model.trial import TrialRecord


def choose_samples(
    records: Sequence[TrialRecord],
    experiment: Experiment,
    narrowing: Narrowing,
    variants: Sequence[str],
    *,
    searches: bool = False,
) -> list[Sample]:
    """Choose the steps that a figure is about, valid or not.

    Args:
        records: the trials of a run.
        experiment: whose steps.
        narrowing: the load levels and conditions that are drawn.
        variants: those that are drawn, in their order; none: all, in the file's.
        searches: whether the steps of searches count.

    Returns:
        By stratum, load level (rising), variant (as the figure names them, or the file) and trial.
    """
    order = {name: place for place, name in enumerate(variants or experiment.file.variants)}
    chosen = [
        Sample(trial, (step,))
        for trial, step, _ in list_steps(records, experiment.name, searches=searches)
        if trial.variant in order
        and narrowing.means_load(step.step.load)
        and narrowing.means_stratum(trial.stratum)
    ]
    return sorted(chosen, key=lambda sample: (*place_of(sample), order[sample.trial.variant]))


def place_of(sample: Sample) -> tuple[Any, ...]:
    """Return what sorts samples by stratum and load level."""
    return order_stratum(sample.trial.stratum), size_of(sample.step.step.load)


def size_of(load: LoadLevel) -> float:
    """Return users, or requests per second."""
    return load.users if isinstance(load, Users) else load.rate


def take_highest(samples: Sequence[Sample]) -> list[Sample]:
    """Take the steps of the highest load level of which any step is valid."""
    valid = [sample for sample in samples if sample.step.valid]
    if not valid:
        return []
    highest = max(size_of(sample.step.step.load) for sample in valid)
    return [sample for sample in valid if size_of(sample.step.step.load) == highest]


def group_samples(samples: Sequence[Sample]) -> Iterator[list[Sample]]:
    """Part samples by stratum, load level and variant, in their order."""
    groups: dict[Any, list[Sample]] = {}
    for sample in samples:
        groups.setdefault((*place_of(sample), sample.trial.variant), []).append(sample)
    yield from groups.values()
