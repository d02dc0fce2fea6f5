"""Why a figure shows nothing, told so that one knows what to change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.analysis.figures.samples import size_of
from bench.analysis.thresholds.samples import Sample
from bench.model.load_level import LoadLevel
from bench.model.narrowing import Narrowing


def explain_no_steps(
    experiment: str, figure: Narrowing, samples: Sequence[Sample], of_all_levels: Sequence[Sample]
) -> str:
    """Say why a figure of an experiment has no row.

    Args:
        experiment: its name.
        figure: what it is narrowed to.
        samples: the steps that it is about, valid or not.
        of_all_levels: those of the same conditions and variants at any load level.
    """
    if of_all_levels and not samples:
        return (
            f"it is narrowed to {_listed(figure.loads)}, and the run has {experiment} at "
            f"{_listed(sample.step.step.load for sample in of_all_levels)}"
        )
    if samples and not any(sample.step.valid for sample in samples):
        return f"no step of {experiment} that it is about counts"
    return f"no valid step of {experiment} has what it shows"


def explain_few_pairs(most: int, least_pairs: int) -> str:
    """Say why a figure of ratios has no row.

    Args:
        most: the most pairs of trials of any ratio that it is about; 0: there is none.
        least_pairs: what it asks for.
    """
    if not most:
        return "no run has a valid ratio that it shows"
    pairs = "one pair" if most == 1 else f"{most} pairs"
    return f"its ratios are of {pairs} of trials at most, and it asks for {least_pairs}"


def _listed(loads: Iterable[LoadLevel]) -> str:
    return ", ".join(str(load) for load in sorted(dict.fromkeys(loads), key=size_of))
