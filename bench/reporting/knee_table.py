"""Tables of knees: for each variant the highest rate that holds, and its ratio to the baseline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from bench.model.comparison import Comparison
from bench.model.knee import KneeEstimate
from bench.reporting.key_columns import INVALID_MARK
from bench.reporting.knee_line import write_conditions
from bench.reporting.number_text import AT_LEAST_MARK, NOTHING, three_digits
from bench.reporting.table import Column, Row, Table, without_empty_columns

_COLUMNS: Final = (
    Column(title="variant", foldable=True, key=True),
    Column(title="n", align="right", key=True),
    Column(title="knee", unit="/s", align="right"),
    Column(title="ratio", align="right", rank=1),
)


def build_knee_table(
    knees: Sequence[KneeEstimate], comparisons: Sequence[Comparison], *, title: str = ""
) -> Table:
    """Build the table of one experiment's and stratum's knees, lines in the order given.

    A cell reads `198 [195, 201]`, or `≥ 900` where trials ended before anything failed; without an
    interval, or without a rate, a note says why.

    Args:
        knees: of the variants.
        comparisons: of their knees with the baseline's.
        title: of the table.
    """
    ratios = {comparison.candidate: comparison for comparison in comparisons}
    baselines = {comparison.baseline for comparison in comparisons}
    table = Table(
        title=title,
        caption=_caption(knees, comparisons),
        columns=_COLUMNS,
        rows=tuple(_row(knee, ratios.get(knee.variant), baselines) for knee in knees),
        notes=tuple(_notes(knees, comparisons)),
    )
    return without_empty_columns(table)


def _row(knee: KneeEstimate, ratio: Comparison | None, baselines: set[str]) -> Row:
    of_baseline = "baseline" if knee.variant in baselines else ""
    return Row(
        cells=(
            knee.variant,
            str(knee.n),
            _rate(knee),
            of_baseline if ratio is None else _ratio(ratio),
        ),
        counts=knee.valid or knee.at_least_per_s is not None,
    )


def _rate(knee: KneeEstimate) -> str:
    if knee.rate_per_s is None:
        if knee.at_least_per_s is None:
            return NOTHING
        return f"{AT_LEAST_MARK} {three_digits(knee.at_least_per_s)}"
    return _with_interval(knee.rate_per_s, knee.low_per_s, knee.high_per_s, valid=knee.valid)


def _ratio(ratio: Comparison) -> str:
    if ratio.ratio is None:
        return NOTHING
    return _with_interval(ratio.ratio, ratio.low, ratio.high, valid=ratio.valid)


def _with_interval(value: float, low: float | None, high: float | None, *, valid: bool) -> str:
    written = f"{three_digits(value)}{'' if valid else INVALID_MARK}"
    if low is None or high is None:
        return written
    return f"{written} [{three_digits(low)}, {three_digits(high)}]"


def _caption(knees: Sequence[KneeEstimate], comparisons: Sequence[Comparison]) -> str:
    conditions = " or ".join(dict.fromkeys(write_conditions(knee.conditions) for knee in knees))
    levels = " or ".join(f"{level * 100:g} %" for level in sorted({knee.level for knee in knees}))
    methods = " or ".join(sorted({knee.method for knee in knees}))
    ratio = " Ratio is variant / baseline." if comparisons else ""
    return (
        f"Open model: the highest arrival rate at which {conditions} and the target keeps up, "
        f"with its {levels} interval ({methods}); n is the number of trials that found one.{ratio}"
    )


def _notes(knees: Sequence[KneeEstimate], comparisons: Sequence[Comparison]) -> Iterable[str]:
    if any(knee.n == 1 and knee.rate_per_s is not None and knee.valid for knee in knees):
        yield "n = 1: no interval. Repeat the trials (--repeat) to get one."
    if any(knee.at_least_per_s is not None for knee in knees):
        yield f"{AT_LEAST_MARK} at least: a search ended before the target was at its limit."
    doubtful = any(knee.rate_per_s is not None and not knee.valid for knee in knees)
    if doubtful or any(each.ratio is not None and not each.valid for each in comparisons):
        yield f"{INVALID_MARK} not valid: too little of it counts."
    for knee in knees:
        if knee.because and not (knee.n == 1 and knee.valid):
            yield f"{knee.variant}: {knee.because}"
        if knee.beyond and knee.rate_per_s is not None:
            yield f"{knee.variant}, beyond it: {knee.beyond}"
    told = {knee.because for knee in knees}
    for comparison in comparisons:
        if comparison.because and comparison.n != 1 and comparison.because not in told:
            yield f"{comparison.candidate}, ratio: {comparison.because}"
