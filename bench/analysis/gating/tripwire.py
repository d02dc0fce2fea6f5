"""The trip-wire: new trials against those of a stored run, which were measured at another time.

Hours lie between the two sides, and whatever the machine did in them stands in the ratio. No
statistic can take that out: hence the wide effects that matter here, and no more than a trip-wire.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.analysis.gating.duets import GateUnit
from bench.analysis.gating.facts import TrialFailures
from bench.analysis.gating.failing import FailedRequests, count_failed
from bench.analysis.gating.gathering import StepFailures
from bench.analysis.gating.judging_rows import judge_failures, refuse_quantity
from bench.analysis.gating.quantities import Gated, choose_gated, find_unfitting, is_absent, weigh
from bench.analysis.gating.rule import DEFAULT_RULE, GateRule
from bench.analysis.gating.two_sides import Side, judge_sides
from bench.model.experiment import ExperimentFile
from bench.model.gate import GateRow
from bench.model.gate_settings import GatedQuantity, GateSettings
from bench.model.load_level import LoadLevel
from bench.model.summary import StepRow

DEFAULT_MIN_EFFECT: Final = 0.25
MEMORY_MIN_EFFECT: Final = 0.10
"""Memory hardly depends on what else the machine does."""

_NONE_FAILED: Final = FailedRequests({}, 0, {}, 0, ())


@dataclass(frozen=True, slots=True)
class StoredComparison:
    """What new trials say against stored ones."""

    rows: tuple[GateRow, ...]
    missing: tuple[str, ...]
    """What only one of the two runs has, in words."""


def compare_with_stored(
    stored: Sequence[StepRow],
    new: Sequence[StepRow],
    settings: Mapping[str, GateSettings],
    experiments: Mapping[str, ExperimentFile],
    rule: GateRule = DEFAULT_RULE,
    *,
    min_effects: Mapping[GatedQuantity, float] | None = None,
) -> StoredComparison:
    """Compare the steps of new solo trials with those of a stored run.

    There is one look at each row, and no confirmation. What settings say of effects that matter is
    meant for duets and not used.

    Args:
        stored: the steps of the stored run; those of duets are passed over.
        new: the steps of the new run.
        settings: by experiment, for what is gated; one that isn't there has its file's own.
        experiments: the new run's files, by name.
        rule: for the level of a regression.
        min_effects: what matters, in place of 25 % (memory: 10 %, stalls: 50 %); as ratios.
    """
    theirs, ours = _sort_cells(stored), _sort_cells(new)
    rows: list[GateRow] = []
    missing: list[str] = []
    for cell, of_new in ours.items():
        if cell in theirs:
            file = experiments[cell.unit.experiment]
            asked = _Asked(settings.get(cell.unit.experiment, file.gate), file, min_effects or {})
            rows += _compare_cell(cell, theirs[cell], of_new, asked, rule, missing)
    return StoredComparison(
        rows=tuple(rows),
        missing=(
            *(f"{cell}: only in the stored run" for cell in theirs if cell not in ours),
            *(f"{cell}: not in the stored run" for cell in ours if cell not in theirs),
            *missing,
        ),
    )


@dataclass(frozen=True, slots=True)
class _Cell:
    unit: GateUnit
    load: LoadLevel

    def __str__(self) -> str:
        return f"{self.unit.label}, at {self.load}"


@dataclass(frozen=True, slots=True)
class _Asked:
    settings: GateSettings
    file: ExperimentFile
    min_effects: Mapping[GatedQuantity, float]

    def choose(self, load: LoadLevel) -> tuple[Gated, ...]:
        has_bystander = self.file.load.bystander is not None
        return choose_gated(self.settings, load, has_bystander=has_bystander)

    def smallest_effect(self, gated: Gated) -> float:
        default = MEMORY_MIN_EFFECT if gated.name == "memory" else DEFAULT_MIN_EFFECT
        return self.min_effects.get(gated.name, max(default, gated.min_effect))


_Trials = dict[int, list[StepRow]]
"""The rows of one step, by trial; that of all requests first."""


def _sort_cells(rows: Sequence[StepRow]) -> dict[_Cell, _Trials]:
    cells: dict[_Cell, _Trials] = {}
    for row in rows:
        if row.arm is None:
            cell = _Cell(GateUnit.of(row.experiment, row.stratum, row.variant), row.load)
            cells.setdefault(cell, {}).setdefault(row.trial, []).append(row)
    return cells


def _compare_cell(
    cell: _Cell,
    theirs: _Trials,
    ours: _Trials,
    asked: _Asked,
    rule: GateRule,
    missing: list[str],
) -> list[GateRow]:
    sides = [[_find_row_of_all(rows) for rows in trials.values()] for trials in (theirs, ours)]
    of_both = [row for side in sides for row in side]
    rows = [
        refuse_quantity(cell.unit, cell.load, gated, why, rule)
        for gated, why in find_unfitting(asked.settings, [cell.load])
    ]
    for chosen in asked.choose(cell.load):
        if asked.settings.quantities is None and is_absent(chosen, of_both):
            missing.append(f"{cell}: no trial has {chosen.name}")
            continue
        gated = weigh(chosen, of_both)
        baseline, candidate = (Side.of(gated, side) for side in sides)
        least = asked.smallest_effect(gated)
        rows.append(judge_sides(cell.unit, cell.load, gated, baseline, candidate, least, rule))
    return [*rows, _compare_failures(cell, theirs, ours, asked, rule)]


def _compare_failures(
    cell: _Cell, theirs: _Trials, ours: _Trials, asked: _Asked, rule: GateRule
) -> GateRow:
    stored, new = ([count_failed(rows) for rows in trials.values()] for trials in (theirs, ours))
    failures = StepFailures(
        load=cell.load,
        max_error_ratio=asked.file.load.max_error_ratio,
        # No two of them were measured together: each stands alone.
        trials=(
            *(TrialFailures(failed, _NONE_FAILED) for failed in stored),
            *(TrialFailures(_NONE_FAILED, failed) for failed in new),
        ),
    )
    row = judge_failures(cell.unit, failures, rule, exhausted=True).row
    n = min(sum(failed is not None for failed in side) for side in (stored, new))
    return row.model_copy(update={"n": n})


def _find_row_of_all(rows: Sequence[StepRow]) -> StepRow:
    # Every step of a run has one, and it stands first.
    return next(row for row in rows if row.name is None and row.group == "users")
