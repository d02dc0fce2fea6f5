"""Comparisons of two runs, or of two variants of one, as sections of tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from bench.model.comparison import Comparison
from bench.reporting.labels import key_of_stratum, label_stratum
from bench.reporting.ratio_table import build_ratio_table
from bench.reporting.table import Section

HOURS_BETWEEN: Final = (
    "The two runs were measured at different times. What the machine did in between stands in "
    "these ratios, and their intervals don't tell of it: `bench run --duet` and `bench gate` "
    "measure both at once."
)


def build_comparison_sections(
    comparisons: Sequence[Comparison], *, of_runs: bool
) -> tuple[Section, ...]:
    """Build a section for each experiment, with a table for each stratum.

    Args:
        comparisons: in the order of their experiments.
        of_runs: whether the two sides were measured at different times.
    """
    names = dict.fromkeys(each.experiment for each in comparisons)
    sections = [
        _section(name, [each for each in comparisons if each.experiment == name]) for name in names
    ]
    if of_runs and sections:
        warning = Section(title="Before you read this", paragraphs=(HOURS_BETWEEN,))
        return (warning, *sections)
    return tuple(sections)


def _section(name: str, comparisons: Sequence[Comparison]) -> Section:
    return Section(
        title=name,
        tables=tuple(
            build_ratio_table(alike, title=label_stratum(alike[0].stratum))
            for alike in _by_stratum(comparisons)
        ),
    )


def _by_stratum(comparisons: Sequence[Comparison]) -> Iterator[list[Comparison]]:
    strata: dict[str, list[Comparison]] = {}
    for each in comparisons:
        strata.setdefault(key_of_stratum(each.stratum), []).append(each)
    yield from strata.values()
