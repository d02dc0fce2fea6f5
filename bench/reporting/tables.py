"""The report of a run as sections of neutral tables, whatever they will be written in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from bench.model.arm import Mode
from bench.model.comparison import Comparison
from bench.model.condensed import CondensedRow
from bench.model.experiment import Experiment, StratumValue
from bench.model.grouping import group_by
from bench.model.knee import KneeEstimate
from bench.model.plan import Plan
from bench.reporting.knee_table import build_knee_table
from bench.reporting.labels import key_of_stratum, label_stratum, size_of_load
from bench.reporting.ratio_table import build_ratio_table
from bench.reporting.step_table import build_step_table
from bench.reporting.stream_table import build_stream_table
from bench.reporting.table import Section, Table

_RATIOS: Final[Mapping[Mode, str]] = MappingProxyType(
    {"solo": "Ratios to the baseline", "duet": "Ratios to the baseline, duets"}
)
"""Titles by mode: what was measured in another way stands in a table of its own."""


def build_sections(
    plan: Plan,
    condensed: Sequence[CondensedRow],
    comparisons: Sequence[Comparison],
    knees: Sequence[KneeEstimate] = (),
) -> tuple[Section, ...]:
    """Build one section per experiment of which there is something to show, in the plan's order.

    Within each, for each stratum: the knees where the highest rate was searched for, the steps, the
    requests by name where there are several, the streams where any were open, and the ratios to the
    baseline, those of duets apart; lines by load level, variants in the order of the file.
    """
    rows_of = group_by(condensed, lambda row: row.experiment)
    ratios_of = group_by(comparisons, lambda ratio: ratio.experiment)
    knees_of = group_by(knees, lambda knee: knee.experiment)
    sections = (
        _section(
            experiment,
            rows_of.get(experiment.name, []),
            ratios_of.get(experiment.name, []),
            knees_of.get(experiment.name, []),
        )
        for experiment in plan.experiments
    )
    return tuple(section for section in sections if section.tables)


def shown_rows(condensed: Sequence[CondensedRow]) -> list[CondensedRow]:
    """Pick the lines of the main tables: all requests of the users together."""
    return [row for row in condensed if row.name is None and row.group == "users"]


def _section(
    experiment: Experiment,
    rows: list[CondensedRow],
    comparisons: list[Comparison],
    knees: list[KneeEstimate],
) -> Section:
    order = {name: place for place, name in enumerate(experiment.file.variants)}
    rows = sorted(
        rows, key=lambda row: (size_of_load(row.load), order.get(row.variant, len(order)))
    )
    comparisons = sorted(
        comparisons,
        key=lambda ratio: (size_of_load(ratio.load), order.get(ratio.candidate, len(order))),
    )
    knees = sorted(knees, key=lambda knee: order.get(knee.variant, len(order)))
    tables: list[Table] = []
    for stratum in _strata(rows, comparisons):
        key = key_of_stratum(stratum)
        tables += _tables(
            label_stratum(stratum),
            [row for row in rows if key_of_stratum(row.stratum) == key],
            [ratio for ratio in comparisons if key_of_stratum(ratio.stratum) == key],
            [knee for knee in knees if key_of_stratum(knee.stratum) == key],
        )
    return Section(title=experiment.name, paragraphs=_about(experiment), tables=tuple(tables))


def _about(experiment: Experiment) -> tuple[str, ...]:
    lines = [f"Question: {experiment.file.title}"]
    if experiment.file.factor:
        lines.append(f"Factor: {experiment.file.factor}")
    if len(experiment.file.variants) > 1:
        lines.append(f"Baseline: {experiment.baseline}")
    return tuple(lines)


def _strata(
    rows: Sequence[CondensedRow], comparisons: Sequence[Comparison]
) -> list[dict[str, StratumValue]]:
    found = {
        key_of_stratum(stratum): stratum
        for stratum in (*(c.stratum for c in comparisons), *(row.stratum for row in rows))
    }
    return [found[key] for key in sorted(found)]


def _tables(
    label: str,
    rows: Sequence[CondensedRow],
    comparisons: Sequence[Comparison],
    knees: Sequence[KneeEstimate],
) -> list[Table]:
    tables: list[Table] = []
    of_steps = [ratio for ratio in comparisons if ratio.load is not None]
    if knees:
        of_knees = [ratio for ratio in comparisons if ratio.load is None]
        tables.append(build_knee_table(knees, of_knees, title=_titled("Knee", label)))
    if main := shown_rows(rows):
        steps = "Steps of the search" if knees else "Steps"
        tables.append(build_step_table(main, title=_titled(steps, label)))
    named = [row for row in rows if row.name is not None and row.group == "users"]
    if len({row.name for row in named}) > 1:
        tables.append(build_step_table(named, title=_titled("Requests by name", label)))
    if streams := build_stream_table(rows, title=_titled("Streams", label)):
        tables.append(streams)
    for mode, title in _RATIOS.items():
        if alike := [ratio for ratio in of_steps if ratio.mode == mode]:
            tables.append(build_ratio_table(alike, title=_titled(title, label)))
    return tables


def _titled(title: str, label: str) -> str:
    return f"{title} ({label})" if label else title
