"""Two sides of trials that are no pairs: Welch's test of their logarithms, with one look."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from scipy import stats

from bench.analysis.gating.duets import GateUnit
from bench.analysis.gating.judging_rows import MAX_DROPPED_RATIO
from bench.analysis.gating.one_sided import take_moments
from bench.analysis.gating.quantities import Gated
from bench.analysis.gating.ratios import to_ratio, write_worsening
from bench.analysis.gating.rule import GateRule
from bench.analysis.gating.series import find_missing, take_geometric_mean
from bench.analysis.pairing import METHOD_EXACT
from bench.model.gate import GateRow, GateVerdict
from bench.model.load_level import LoadLevel
from bench.model.summary import StepRow

METHOD_WELCH: Final = "Welch's t on logs"

PASS_P: Final = 0.05
"""A row passes by the bound of this level: with one look there is nothing to split."""

_INTERVAL_LEVEL: Final = 1 - 2 * PASS_P


@dataclass(frozen=True, slots=True)
class Side:
    """The numbers of one side's trials, and how many trials had to be left out."""

    numbers: tuple[float, ...]
    dropped: tuple[str, ...]
    """Why, of each."""

    @classmethod
    def of(cls, gated: Gated, rows: Sequence[StepRow]) -> Side:
        """Take a quantity from the rows of all requests of one side's trials."""
        reasons = [_find_doubt(gated, row) for row in rows]
        return cls(
            tuple(
                gated.read(row) or 0.0
                for row, reason in zip(rows, reasons, strict=True)
                if not reason
            ),
            tuple(filter(None, reasons)),
        )

    @property
    def is_selected(self) -> bool:
        """Tell whether too many trials were left out."""
        trials = len(self.numbers) + len(self.dropped)
        return not self.numbers or len(self.dropped) > max(1, MAX_DROPPED_RATIO * trials)


class Worsening(NamedTuple):
    """How much worse one side's mean logarithm is, with a two-sided interval and a one-sided p."""

    mean: float
    low: float
    high: float
    p: float
    """Of no worsening."""
    method: str


def estimate_worsening(
    baseline: Sequence[float], candidate: Sequence[float], level: float
) -> Worsening:
    """Estimate how far the candidate's mean lies above the baseline's; the numbers are logarithms.

    Source: Welch, "The Generalization of 'Student's' Problem when Several Different Population
    Variances are Involved", 1947, with Satterthwaite's degrees of freedom; as scipy has it.
    Assumes: trials independent, on both sides and between them, and about normal; not that both
    sides spread alike. Where no side has any spread, an exact permutation test (Pitman, 1937) takes
    its place: of all ways to call some of the trials candidates, one alone is as bad as this.
    Does not mean: that the code is the cause. The two sides were not measured at the same time.

    Of 1, 2, 3 and 2, 4, 6 the means differ by 2, with variances of 1/3 and 4/3 and so a standard
    error of 1.291: t is 1.549 with 2.941 degrees of freedom.

    >>> seen = estimate_worsening([1.0, 2.0, 3.0], [2.0, 4.0, 6.0], level=0.9)
    >>> round(seen.mean, 3), round(seen.p, 4)
    (2.0, 0.1104)
    """
    ours, theirs = take_moments(candidate), take_moments(baseline)
    mean = ours.mean - theirs.mean
    if not ours.sd and not theirs.sd:
        p = 1 / math.comb(ours.n + theirs.n, ours.n) if mean > 0 else 1.0
        return Worsening(mean, mean, mean, p, METHOD_EXACT)
    # Moved to about 0, where equal logarithms don't differ by rounding.
    moved = [[number - theirs.mean for number in side] for side in (candidate, baseline)]
    tested = stats.ttest_ind(*moved, equal_var=False)
    bounds = tested.confidence_interval(level)
    half = float(tested.pvalue) / 2
    p = half if tested.statistic > 0 else 1 - half
    return Worsening(mean, float(bounds.low), float(bounds.high), p, METHOD_WELCH)


def judge_sides(
    unit: GateUnit,
    load: LoadLevel,
    gated: Gated,
    baseline: Side,
    candidate: Side,
    min_effect: float,
    rule: GateRule,
) -> GateRow:
    """Judge one quantity: a regression if it is worse with `rule.confirm_p`, and by what matters.

    It passes if the upper 95 % bound of its worsening is below what matters.

    Args:
        unit: what was measured.
        load: of the step.
        gated: the quantity.
        baseline: the stored trials.
        candidate: the new ones.
        min_effect: the smallest worsening that matters, as a ratio; the quantity's floor comes on
            top of it.
        rule: for the level of a regression.
    """
    least = min_effect
    if baseline.numbers:
        least = gated.widen(min_effect, take_geometric_mean(baseline.numbers))
    seen = _estimate(gated, baseline, candidate)
    verdict, because = _judge(baseline, candidate, seen, least, rule)
    return GateRow(
        experiment=unit.experiment,
        stratum=dict(unit.stratum),
        variant=unit.variant,
        load=load,
        quantity=gated.name,
        unit=gated.unit,
        **_describe_numbers(gated, baseline, candidate),
        **_describe_interval(gated, seen),
        n=min(len(baseline.numbers), len(candidate.numbers)),
        dropped=len(baseline.dropped) + len(candidate.dropped),
        min_effect=least,
        detectable=None,
        trials_needed=None,
        verdict=verdict,
        because=because,
    )


def _find_doubt(gated: Gated, row: StepRow) -> str:
    doubts = ", ".join(code for code in row.cautions if code.invalidates)
    return doubts or find_missing(gated, row)


def _estimate(gated: Gated, baseline: Side, candidate: Side) -> Worsening | None:
    if min(len(baseline.numbers), len(candidate.numbers)) < 2:
        return None
    theirs, ours = (
        [gated.worsening(1.0, number) for number in side.numbers] for side in (baseline, candidate)
    )
    return estimate_worsening(theirs, ours, _INTERVAL_LEVEL)


def _judge(
    baseline: Side, candidate: Side, seen: Worsening | None, least: float, rule: GateRule
) -> tuple[GateVerdict, str]:
    for name, side in (("stored", baseline), ("new", candidate)):
        if side.is_selected:
            trials = len(side.numbers) + len(side.dropped)
            reasons = ", ".join(dict.fromkeys(side.dropped))
            why = f"{len(side.dropped)} of {trials} {name} trials were left out ({reasons})"
            return GateVerdict.INVALID, why
    if seen is None:
        return GateVerdict.INCONCLUSIVE, "a single trial of a side has no spread to go by"
    bar = math.log1p(least)
    if seen.p < rule.confirm_p and seen.mean >= bar:
        why = f"{write_worsening(seen.mean)} worse than the stored run, with p = {seen.p:.2g}"
        return GateVerdict.REGRESSION, why
    bound = write_worsening(seen.high)
    told = f"{bound} worse than the stored run, where {least:.1%} would matter"
    if seen.high < bar:
        return GateVerdict.PASS, f"at most {told}"
    return GateVerdict.INCONCLUSIVE, f"it may be up to {told}"


def _describe_numbers(gated: Gated, baseline: Side, candidate: Side) -> dict[str, Any]:
    theirs, ours = (
        take_geometric_mean(side.numbers) if side.numbers else None
        for side in (baseline, candidate)
    )
    ratio = ours / theirs if ours and theirs else None
    return {
        "baseline": theirs,
        "candidate": ours,
        "ratio": ratio,
        "worsening": to_ratio(gated.worsening(1.0, ratio)) if ratio else None,
    }


def _describe_interval(gated: Gated, seen: Worsening | None) -> dict[str, Any]:
    known: dict[str, Any] = {"level": _INTERVAL_LEVEL, "sign_flip_p": None}
    if seen is None:
        return known | {"low": None, "high": None, "method": METHOD_WELCH}
    low, high = (-seen.high, -seen.low) if gated.more_is_better else (seen.low, seen.high)
    return known | {"low": 1 + to_ratio(low), "high": 1 + to_ratio(high), "method": seen.method}
