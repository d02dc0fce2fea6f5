"""Gathering: from the duets of a gate to the series that its rows are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.analysis.gating.duets import DuetStep, GateUnit, pair_steps, sort_by_unit
from bench.analysis.gating.facts import TrialFailures
from bench.analysis.gating.failing import count_failed
from bench.analysis.gating.quantities import Gated, choose_gated, find_unfitting, is_absent, weigh
from bench.analysis.gating.rule import GateRule
from bench.analysis.gating.series import Series, build_series
from bench.model.experiment import ExperimentFile
from bench.model.gate_settings import GatedQuantity, GateSettings
from bench.model.load_level import LoadLevel, Users
from bench.model.summary import StepRow
from bench.model.trial import TrialRecord


@dataclass(frozen=True, slots=True)
class StepFailures:
    """What failed in one step, trial by trial."""

    load: LoadLevel
    max_error_ratio: float
    trials: tuple[TrialFailures, ...]


@dataclass(frozen=True, slots=True)
class UnitSeries:
    """All that the trials of one unit say, before it is judged."""

    unit: GateUnit
    trials: int
    """How many there are, those that are left out of a series among them."""
    series: tuple[Series, ...]
    min_effects: tuple[float, ...]
    """Of each series: the smallest worsening that matters, floors included, as a ratio."""
    failures: tuple[StepFailures, ...]
    unfitting: tuple[tuple[LoadLevel, Gated, str], ...]
    """What was asked for, and no step can give; with the reason."""
    absent: tuple[str, ...]
    """What is gated by default, and no trial has; in words."""

    @property
    def whole_trials(self) -> tuple[tuple[float, ...], ...]:
        """The log worsenings of the trials that count in every series: by trial, then series."""
        of_series = [
            {
                point.trial: each.gated.worsening(point.baseline, point.candidate)
                for point in each.kept
            }
            for each in self.series
        ]
        shared = set.intersection(*map(set, of_series)) if of_series else set()
        return tuple(tuple(values[trial] for values in of_series) for trial in sorted(shared))


def gather_series(
    records: Sequence[TrialRecord],
    settings: Mapping[str, GateSettings],
    experiments: Mapping[str, ExperimentFile],
    rule: GateRule,
    *,
    min_effects: Mapping[GatedQuantity, float] | None = None,
) -> tuple[UnitSeries, ...]:
    """Gather the series of every unit that was measured, in the order of the trials.

    Args:
        records: the duets of a gate, in any order; others are passed over.
        settings: by experiment; one that isn't there has its file's own.
        experiments: the files, by name, of every experiment that was measured.
        rule: how many trials set the level that a floor is taken in relation to.
        min_effects: what matters, in place of what settings say; as ratios.
    """
    return tuple(
        _gather_unit(
            unit,
            pair_steps(of_unit),
            len(of_unit),
            _Asked(
                settings.get(unit.experiment, experiments[unit.experiment].gate),
                experiments[unit.experiment],
                rule,
                min_effects or {},
            ),
        )
        for unit, of_unit in sort_by_unit(records).items()
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of one experiment."""

    settings: GateSettings
    file: ExperimentFile
    rule: GateRule
    min_effects: Mapping[GatedQuantity, float]

    def choose(self, load: LoadLevel, loads: Sequence[LoadLevel]) -> tuple[Gated, ...]:
        return choose_gated(
            self.settings,
            load,
            has_bystander=self.file.load.bystander is not None,
            has_other_model=len({isinstance(each, Users) for each in loads}) > 1,
        )

    def smallest_effect(self, series: Series) -> float:
        gated = series.gated
        asked = self.settings.min_effect.get(gated.name, gated.min_effect)
        return series.smallest_effect(self.min_effects.get(gated.name, asked), self.rule)


def _gather_unit(
    unit: GateUnit, steps: Mapping[int, tuple[DuetStep, ...]], trials: int, asked: _Asked
) -> UnitSeries:
    loads = [of_step[0].load for of_step in steps.values()]
    max_ratio = asked.file.load.max_error_ratio
    series, absent = [], []
    for of_step in steps.values():
        for gated in asked.choose(of_step[0].load, loads):
            rows = _list_rows(of_step)
            if asked.settings.quantities is None and is_absent(gated, rows):
                absent.append(f"{unit.label}, at {of_step[0].load}: no trial has {gated.name}")
                continue
            series.append(build_series(unit, weigh(gated, rows), of_step, max_ratio))
    return UnitSeries(
        unit=unit,
        trials=trials,
        series=tuple(series),
        min_effects=tuple(map(asked.smallest_effect, series)),
        failures=tuple(_gather_failures(of_step, max_ratio) for of_step in steps.values()),
        unfitting=tuple(
            (loads[0], gated, why) for gated, why in find_unfitting(asked.settings, loads)
        ),
        absent=tuple(absent),
    )


def _list_rows(steps: Sequence[DuetStep]) -> list[StepRow]:
    return [seen.of_all for step in steps for _, seen in step.arms if seen.of_all is not None]


def _gather_failures(steps: Sequence[DuetStep], max_error_ratio: float) -> StepFailures:
    trials = tuple(
        TrialFailures(count_failed(step.baseline.rows), count_failed(step.candidate.rows))
        for step in steps
    )
    return StepFailures(steps[0].load, max_error_ratio, trials)
