"""Answers: what a run says of its questions, in a line for each candidate and stratum.

Of each it is the highest load level at which both sides are valid that is told; the tables have the
others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from bench.model.comparison import Comparison
from bench.model.grouping import group_by
from bench.model.plan import Plan
from bench.reporting.labels import key_of_stratum, label_load, label_stratum, size_of_load
from bench.reporting.number_text import NOTHING, three_digits
from bench.reporting.table import Column, Row, Section, Table, without_empty_columns

_SHOWN: Final = (
    ("throughput", ("throughput_per_s", "knee_per_s")),
    ("p99", ("p99_s",)),
    ("CPU per request", ("cpu_s_per_request",)),
    ("memory", ("pss_bytes", "rss_bytes")),
)
"""Columns, and the quantities that stand in them."""


def build_answers(plan: Plan, comparisons: Sequence[Comparison]) -> Section | None:
    """Build the section of answers; None: nothing was compared.

    Ratios are candidate / baseline. Where the interval has 1 in it, the answer is that it can't be
    told.
    """
    found = group_by(comparisons, lambda each: each.experiment)
    rows = tuple(
        row
        for experiment in plan.experiments
        for row in _rows(experiment.name, found.get(experiment.name, ()))
    )
    if not rows:
        return None
    table = Table(
        caption="Ratios, candidate / baseline, with their intervals; at the highest load level of "
        "which both are valid.",
        columns=(
            Column(title="experiment", foldable=True),
            Column(title="stratum", foldable=True),
            Column(title="load"),
            Column(title="candidate"),
            Column(title="baseline"),
            *(Column(title=title) for title, _ in _SHOWN),
            Column(title="n", align="right"),
        ),
        rows=rows,
    )
    return Section(title="Answers", tables=(without_empty_columns(table),))


def _rows(experiment: str, comparisons: Iterable[Comparison]) -> Iterator[Row]:
    places: dict[tuple[str, str, str], list[Comparison]] = {}
    for each in comparisons:
        if each.valid and each.ratio is not None:
            key = (key_of_stratum(each.stratum), each.candidate, each.mode)
            places.setdefault(key, []).append(each)
    for found in places.values():
        highest = max(size_of_load(each.load) for each in found)
        at_highest = [each for each in found if size_of_load(each.load) == highest]
        first = at_highest[0]
        mode = ", duets" if first.mode == "duet" else ""
        yield Row(
            cells=(
                f"{experiment}{mode}",
                label_stratum(first.stratum),
                label_load(first.load),
                first.candidate,
                first.baseline,
                *(_cell(at_highest, quantities) for _, quantities in _SHOWN),
                str(max(each.n for each in at_highest)),
            )
        )


def _cell(comparisons: Iterable[Comparison], quantities: Sequence[str]) -> str:
    for each in comparisons:
        if each.quantity in quantities:
            return write_ratio(each)
    return NOTHING


def write_ratio(comparison: Comparison) -> str:
    """Write a ratio with what it means: higher, lower, or that it can't be told."""
    assert comparison.ratio is not None
    ratio = three_digits(comparison.ratio)
    if comparison.low is None or comparison.high is None:
        return f"{ratio} (no interval)"
    interval = f"[{three_digits(comparison.low)}, {three_digits(comparison.high)}]"
    if comparison.low <= 1 <= comparison.high:
        return f"cannot tell: {ratio} {interval}"
    return f"{'higher' if comparison.low > 1 else 'lower'}: {ratio} {interval}"
