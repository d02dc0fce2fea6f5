"""Misfits: what a figure names that its experiment doesn't have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bench.model.experiment import Experiment
from bench.model.figure import (
    OVER_LOAD,
    Figure,
    ForestFigure,
    LinesFigure,
    MatrixFigure,
    VerdictsFigure,
)
from bench.model.narrowing import Narrowing, is_same_value


def find_figure_misfits(figure: Figure, experiment: Experiment) -> Iterator[str]:
    """Say what a figure of one experiment names, and the experiment doesn't have."""
    if isinstance(figure, ForestFigure | VerdictsFigure):
        return
    variants = experiment.file.variants
    for variant in figure.variants:
        if variant not in variants:
            yield f"it shows {variant!r}, and the variants are {', '.join(variants)}"
    yield from _misfits_of_strata(figure, experiment)
    yield from _misfits_of_loads(figure, experiment)
    named = ""
    if isinstance(figure, LinesFigure) and figure.over != OVER_LOAD:
        named = figure.over
    if isinstance(figure, MatrixFigure):
        named = figure.columns
    if named and named not in experiment.file.strata:
        yield f"it is over {named!r}, and the conditions are {_listed(experiment.file.strata)}"


def _misfits_of_strata(figure: Narrowing, experiment: Experiment) -> Iterator[str]:
    strata = experiment.file.strata
    for name, values in figure.stratum.items():
        if name not in strata:
            yield f"it is narrowed by {name!r}, and the conditions are {_listed(strata)}"
            continue
        for value in values:
            if not any(is_same_value(value, known) for known in strata[name]):
                yield f"{name} is never {value!r} in {experiment.name}"


def _misfits_of_loads(figure: Narrowing, experiment: Experiment) -> Iterator[str]:
    load = experiment.file.load
    if figure.loads and load.search:
        yield f"it is narrowed to load levels, and {experiment.name} searches for one"
    elif figure.users and not load.users:
        yield f"it is narrowed to users, and {experiment.name} has a rate"
    elif figure.rate and not load.rate:
        yield f"it is narrowed to a rate, and {experiment.name} has users"


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(names) or "none"
