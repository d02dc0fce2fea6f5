"""Judging rows: a series, or the failures of a step, become a row of the gate's report."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bench.analysis.gating.detecting import count_to_pass, find_detectable
from bench.analysis.gating.duets import GateUnit
from bench.analysis.gating.facts import judge_errors
from bench.analysis.gating.gathering import StepFailures
from bench.analysis.gating.one_sided import take_moments
from bench.analysis.gating.quantities import Gated
from bench.analysis.gating.rule import Decision, GateRule, decide
from bench.analysis.gating.series import Point, Series, take_geometric_mean
from bench.analysis.pairing import METHOD_EXACT, METHOD_T, PairedEstimate, estimate_pairs
from bench.model.gate import GateRow, GateVerdict
from bench.model.load_level import LoadLevel

ERRORS: Final = "errors"
"""What rows of failed requests have as their quantity."""

MAX_DROPPED_RATIO: Final = 0.1
"""If more trials than this were left out, those that are left are a selection."""

_HOPELESS_RATIO: Final = 0.5
"""If more than this were left out, further trials aren't worth their time.

So many may be left out for what the machine did: it knows nothing of arms, and spoils the pair, so
that the trials that are left are no selection of either. Others take their place.
"""

_REASONS_TOLD: Final = 2


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A row with its verdict, or one that waits for more trials."""

    row: GateRow
    """Where it waits, its verdict is what would hold if there were no more."""
    wants: int
    """How many trials its unit should have in all; 0 where the verdict stands."""


def judge_series(
    series: Series, min_effect: float, rule: GateRule, *, exhausted: bool = False
) -> JudgedRow:
    """Judge one series by the rule, and by how many of its trials had to be left out.

    A row of which more than one trial and more than a tenth was left out is invalid; of trials that
    were left out for what the machine did to both arms, it takes half. Where it is because requests
    of the baseline alone failed, there is nothing to compare with, but nothing wrong with the
    candidate either: it is inconclusive.

    Args:
        series: the trials of one quantity.
        min_effect: the smallest worsening that matters, floors included, as a ratio.
        rule: the numbers of the rule.
        exhausted: whether there will be no more trials.
    """
    decision = decide(series.worsenings, min_effect, rule, exhausted=exhausted)
    points = _list_points(series, decision, exhausted=exhausted)
    spoiled = _find_spoiled(points, decision, rule)
    if spoiled is not None:
        return JudgedRow(_build_row(series, points, min_effect, rule, *spoiled), 0)
    if decision.verdict is None:
        wants = len(series.points) + decision.wants - len(series.kept)
        told = (GateVerdict.INCONCLUSIVE, decision.stage)
        return JudgedRow(_build_row(series, points, min_effect, rule, *told), wants)
    told = (decision.verdict, decision.stage)
    return JudgedRow(_build_row(series, points, min_effect, rule, *told), 0)


def judge_failures(
    unit: GateUnit, failures: StepFailures, rule: GateRule, *, exhausted: bool = False
) -> JudgedRow:
    """Judge the failed requests of one step."""
    found = judge_errors(failures.trials, failures.max_error_ratio, rule, exhausted=exhausted)
    row = GateRow(
        **_identify(unit, failures.load),
        **_describe_nothing(rule),
        quantity=ERRORS,
        unit="",
        baseline=found.baseline if found.looked_at else None,
        candidate=found.candidate if found.looked_at else None,
        n=found.looked_at,
        dropped=len(failures.trials) - found.looked_at,
        method=METHOD_EXACT,
        verdict=found.verdict or GateVerdict.INCONCLUSIVE,
        because=found.because,
    )
    return JudgedRow(row, found.wants)


def refuse_quantity(
    unit: GateUnit, load: LoadLevel, gated: Gated, why: str, rule: GateRule
) -> GateRow:
    """Return the row of a quantity that was asked for, and that no step can give."""
    return GateRow(
        **_identify(unit, load),
        **_describe_nothing(rule),
        quantity=gated.name,
        unit=gated.unit,
        baseline=None,
        candidate=None,
        n=0,
        dropped=0,
        method=METHOD_T,
        verdict=GateVerdict.INVALID,
        because=why,
    )


def _list_points(series: Series, decision: Decision, *, exhausted: bool) -> tuple[Point, ...]:
    """Return the trials that a decision rests on, and those that were left out until then."""
    if decision.trials == len(series.kept) and (exhausted or decision.verdict is None):
        is_firm = decision.verdict in (GateVerdict.PASS, GateVerdict.REGRESSION)
        return series.until(decision.trials) if is_firm else series.points
    return series.until(decision.trials)


def _find_spoiled(
    points: Sequence[Point], decision: Decision, rule: GateRule
) -> tuple[GateVerdict, str] | None:
    """Find whether too many trials were left out to say anything, and whose fault that is."""
    dropped = [point for point in points if point.missing]
    broken = [point for point in dropped if not point.is_mended]
    if decision.verdict is None:
        is_spoiled = len(points) >= rule.screening and len(dropped) > _HOPELESS_RATIO * len(points)
    else:
        is_spoiled = _are_too_many(dropped, points)
    if not is_spoiled:
        return None
    told = f"{len(dropped)} of {len(points)} trials were left out ({_list_reasons(dropped)})"
    if _are_too_many(broken, points):
        return GateVerdict.INVALID, told
    return GateVerdict.INCONCLUSIVE, f"requests of the baseline alone failed: {told}"


def _are_too_many(dropped: Sequence[Point], points: Sequence[Point]) -> bool:
    ours = [point for point in dropped if not point.is_disturbed]
    return (
        len(ours) > max(1, MAX_DROPPED_RATIO * len(points))
        or len(dropped) > _HOPELESS_RATIO * len(points)
        or len(dropped) == len(points)
    )


def _list_reasons(dropped: Sequence[Point]) -> str:
    reasons = Counter(point.missing for point in dropped).most_common()
    told = [f"{reason} in {count}" for reason, count in reasons[:_REASONS_TOLD]]
    return "; ".join([*told, "…"] if len(reasons) > _REASONS_TOLD else told)


def _build_row(
    series: Series,
    points: Sequence[Point],
    min_effect: float,
    rule: GateRule,
    verdict: GateVerdict,
    because: str,
) -> GateRow:
    kept = [point for point in points if not point.missing]
    return GateRow(
        **_identify(series.unit, series.load),
        **_describe_nothing(rule)
        | _describe_numbers(kept, rule)
        | _describe_spread(series.gated, kept, min_effect, rule),
        quantity=series.gated.name,
        unit=series.gated.unit,
        n=len(kept),
        dropped=len(points) - len(kept),
        verdict=verdict,
        because=because,
    )


def _identify(unit: GateUnit, load: LoadLevel) -> dict[str, object]:
    return {
        "experiment": unit.experiment,
        "stratum": dict(unit.stratum),
        "variant": unit.variant,
        "load": load,
    }


def _describe_numbers(kept: Sequence[Point], rule: GateRule) -> dict[str, object]:
    pairs = [(point.candidate, point.baseline) for point in kept]
    estimate = estimate_pairs(pairs, rule.interval_level) if pairs else PairedEstimate()
    return {
        "baseline": take_geometric_mean([p.baseline for p in kept]) if kept else None,
        "candidate": take_geometric_mean([p.candidate for p in kept]) if kept else None,
        "ratio": estimate.ratio,
        "low": estimate.interval.low if estimate.interval else None,
        "high": estimate.interval.high if estimate.interval else None,
        "sign_flip_p": estimate.sign_flip_p,
        "method": estimate.method,
    }


def _describe_spread(
    gated: Gated, kept: Sequence[Point], min_effect: float, rule: GateRule
) -> dict[str, object]:
    if len(kept) < 2:
        return {"min_effect": min_effect}
    seen = take_moments([gated.worsening(point.baseline, point.candidate) for point in kept])
    return {
        "min_effect": min_effect,
        "worsening": math.expm1(seen.mean),
        "detectable": find_detectable(seen.sd, seen.n, min_effect, rule),
        "trials_needed": count_to_pass(seen.sd, min_effect, rule),
    }


def _describe_nothing(rule: GateRule) -> dict[str, object]:
    """Return what a row has no number for, if nobody fills it in."""
    nothing = (
        *("ratio", "low", "high", "sign_flip_p"),
        *("worsening", "min_effect", "detectable", "trials_needed"),
    )
    return dict.fromkeys(nothing) | {"level": rule.interval_level}
