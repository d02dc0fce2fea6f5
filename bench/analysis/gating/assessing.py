"""Assessing: the duets of a gate so far become its rows, and how many more it asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.analysis.gating.duets import GateUnit
from bench.analysis.gating.gathering import UnitSeries, gather_series
from bench.analysis.gating.judging_rows import (
    JudgedRow,
    judge_failures,
    judge_series,
    refuse_quantity,
)
from bench.analysis.gating.rule import DEFAULT_RULE, GateRule
from bench.model.experiment import ExperimentFile
from bench.model.gate import GateRow, GateVerdict
from bench.model.gate_settings import GatedQuantity, GateSettings
from bench.model.trial import TrialRecord

_SETTLED: Final = "not gone on with, as the gate has found a regression"


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a gate's trials say so far."""

    rows: tuple[GateRow, ...]
    wants: Mapping[GateUnit, int]
    """How many trials each unit should have in all; empty when all is decided."""
    unmeasured: tuple[GateUnit, ...]
    """Those without any trial, of all that are to be measured: they have no rows."""
    missing: tuple[str, ...]
    """What is gated by default, and no trial has; in words."""


def assess(
    records: Sequence[TrialRecord],
    settings: Mapping[str, GateSettings],
    experiments: Mapping[str, ExperimentFile],
    rule: GateRule = DEFAULT_RULE,
    *,
    exhausted: bool = False,
    min_effects: Mapping[GatedQuantity, float] | None = None,
    units: Iterable[GateUnit] = (),
) -> Assessment:
    """Assess all duets of a gate, after each of them or after a batch: the verdicts are the same.

    Once a row is a regression, the gate's verdict is settled: no trials are asked for, and rows
    that were not decided yet are inconclusive. That can't add a false alarm, nor a pass.

    Args:
        records: the duets so far, in any order.
        settings: by experiment; one that isn't there has its file's own.
        experiments: the files, by name, of every experiment that was measured.
        rule: the numbers of the rule.
        exhausted: whether the budget is over: nothing more is asked for. Not to be taken back, as
            `bench.analysis.gating.rule.decide` says.
        min_effects: what matters, in place of what settings say; as ratios.
        units: all that are to be measured, so that those without any trial yet ask for theirs.
    """
    gathered = gather_series(records, settings, experiments, rule, min_effects=min_effects)
    judged = {each.unit: _judge_unit(each, rule, exhausted=exhausted) for each in gathered}
    of_all = [each for of_unit in judged.values() for each in of_unit]
    is_settled = any(each.row.verdict is GateVerdict.REGRESSION for each in of_all)
    unmeasured = tuple(unit for unit in units if unit not in judged)
    wants: dict[GateUnit, int] = {}
    if not is_settled and not exhausted:
        wants = dict.fromkeys(unmeasured, rule.screening)
        wants |= {unit: max(each.wants for each in rows) for unit, rows in judged.items()}
    return Assessment(
        rows=tuple(_settle(each) if is_settled else each.row for each in of_all),
        wants={unit: count for unit, count in wants.items() if count},
        unmeasured=unmeasured,
        missing=tuple(told for each in gathered for told in each.absent),
    )


def _judge_unit(gathered: UnitSeries, rule: GateRule, *, exhausted: bool) -> list[JudgedRow]:
    measured = [
        judge_series(series, min_effect, rule, exhausted=exhausted)
        for series, min_effect in zip(gathered.series, gathered.min_effects, strict=True)
    ]
    refused = [
        JudgedRow(refuse_quantity(gathered.unit, load, gated, why, rule), 0)
        for load, gated, why in gathered.unfitting
    ]
    failed = [
        judge_failures(gathered.unit, failures, rule, exhausted=exhausted)
        for failures in gathered.failures
    ]
    return [*measured, *refused, *failed]


def _settle(judged: JudgedRow) -> GateRow:
    if not judged.wants:
        return judged.row
    return judged.row.model_copy(update={"because": f"{judged.row.because}; {_SETTLED}"})
