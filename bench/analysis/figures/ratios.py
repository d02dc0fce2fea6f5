"""Ratios of figures: a run's comparisons with the baseline, those that are drawn."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from bench.analysis.comparing import compare_variants
from bench.analysis.thresholds.readings import FIELDS
from bench.model.comparison import Comparison
from bench.model.figure_data import RatioPoint
from bench.model.narrowing import Narrowing
from bench.model.run import StoredRun
from bench.model.term import Term

_MEMORY: Final = ("pss_bytes", "rss_bytes")
"""What memory is compared by: one of these."""


def gather_ratios(
    run: StoredRun,
    names: Collection[str],
    narrowing: Narrowing,
    terms: Sequence[Term],
    level: float,
) -> tuple[tuple[RatioPoint, ...], int]:
    """Gather a run's comparisons of some experiments.

    Args:
        run: the run.
        names: of the experiments.
        narrowing: the load levels and conditions that are drawn.
        terms: the quantities; none: all that are compared.
        level: the confidence level of the intervals.

    Returns:
        The ratios, and how many there are not, since too few pairs of trials are valid.
    """
    baselines = {each.name: each.baseline for each in run.record.plan.experiments}
    records = [record for record in run.trials if record.trial.experiment in names]
    fields = {field for term in terms for field in _fields(term)}
    found = [
        each
        for each in compare_variants(records, baselines, level)
        if (not fields or each.quantity in fields)
        and narrowing.means_load(each.load)
        and narrowing.means_stratum(each.stratum)
    ]
    drawn = tuple(_points(found))
    return drawn, len(found) - len(drawn)


def _fields(term: Term) -> tuple[str, ...]:
    return _MEMORY if term.quantity == "memory" else (FIELDS.get(term.quantity, ""),)


def _points(comparisons: Iterable[Comparison]) -> Iterable[RatioPoint]:
    for each in comparisons:
        if each.valid and each.ratio is not None:
            yield RatioPoint(
                experiment=each.experiment,
                stratum=each.stratum,
                load=each.load,
                quantity=each.quantity,
                candidate=each.candidate,
                baseline=each.baseline,
                ratio=each.ratio,
                low=each.low,
                high=each.high,
                n=each.n,
            )
