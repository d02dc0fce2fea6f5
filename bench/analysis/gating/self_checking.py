"""Self-checking: what an A/A gate's trials say of the noise, and of the rule under it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from bench.analysis.gating.detecting import find_detectable
from bench.analysis.gating.gathering import UnitSeries
from bench.analysis.gating.one_sided import take_moments
from bench.analysis.gating.replaying import Bank, replay_units
from bench.analysis.gating.rule import DEFAULT_RULE, GateRule
from bench.errors import MeasurementError
from bench.model.gate import SelfCheck, SelfCheckRow

TRIALS_TOLD: Final = (16, 24, 32, 48)
"""The numbers of trials, screening and confirmation, for which the detectable effect is told."""

EFFECTS: Final = (0.03, 0.05, 0.10)

GATES: Final = 10_000


def self_check(
    gathered: Sequence[UnitSeries],
    rule: GateRule = DEFAULT_RULE,
    *,
    seed: int,
    gates: int = GATES,
    effects: Sequence[float] = EFFECTS,
) -> SelfCheck:
    """Tell how noisy the trials of an A/A gate are, and what the rule makes of gates drawn of them.

    Does not mean: much, where there were but a few trials. Gates drawn from 16 trials hold no other
    noise than these 16 had, and whatever difference there was between two equal sides by chance is
    taken for the truth.

    Args:
        gathered: the trials of the baseline against itself.
        rule: the numbers of the rule.
        seed: of the draw.
        gates: how many are drawn, for false alarms and for each effect.
        effects: worsenings that are added to all rows, as ratios.

    Raises:
        MeasurementError: a unit has fewer trials that count than a screening.
    """
    banks = [_fill_bank(unit, rule) for unit in gathered]
    if not banks:
        raise MeasurementError("The self-check has no trials.")
    return SelfCheck(
        rows=tuple(row for unit in gathered for row in _describe(unit, rule)),
        false_alarms=replay_units(banks, rule, gates=gates, seed=seed),
        detection={
            f"{effect * 100:g}%": replay_units(banks, rule, gates=gates, seed=seed, shift=effect)
            for effect in effects
        },
    )


def _fill_bank(gathered: UnitSeries, rule: GateRule) -> Bank:
    trials = gathered.whole_trials
    if len(trials) < rule.screening:
        raise MeasurementError(
            f"Only {len(trials)} of {gathered.trials} trials of {gathered.unit.variant} count in "
            f"every row; a self-check needs {rule.screening} at least.",
            hint="Give it more time, and see in the run's report which steps are invalid and why.",
        )
    return Bank(trials, gathered.min_effects)


def _describe(gathered: UnitSeries, rule: GateRule) -> Iterator[SelfCheckRow]:
    for series, min_effect in zip(gathered.series, gathered.min_effects, strict=True):
        seen = take_moments(series.worsenings)
        yield SelfCheckRow(
            variant=gathered.unit.variant,
            load=series.load,
            quantity=series.gated.name,
            n=seen.n,
            log_sd=seen.sd,
            min_effect=min_effect,
            detectable={
                trials: find_detectable(seen.sd, trials, min_effect, rule) for trials in TRIALS_TOLD
            },
        )
