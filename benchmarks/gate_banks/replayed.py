"""Replay the gate's rule over gates that are drawn from banks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median, stdev
from typing import Any, Final

import numpy as np

from bench.analysis.gating.judging_rows import MAX_DROPPED_RATIO
from bench.analysis.gating.quantities import GATED, Gated
from bench.analysis.gating.replaying import Bank, replay_units
from bench.analysis.gating.rule import DEFAULT_RULE
from bench.model.gate import Rates
from benchmarks.gate_banks.bank_files import BankedTrial, Banks, part_by_machine
from benchmarks.gate_banks.plans import BANKS

BUDGET_S: Final = 300.0
"""The default of `bench gate --budget`."""

QUANTITIES: Final = (GATED["throughput"], GATED["cpu"], GATED["memory"])


@dataclass(frozen=True)
class Draws:
    """How much is drawn."""

    gates: int = 10_000
    """From the bank as it is."""
    banks: int = 100
    """A bank is a sample itself: so many are drawn from it."""
    gates_of_each: int = 500
    block: int = 8
    """How many neighbours are drawn together to keep their dependence: as many as a screening."""
    seed: int = 1


DEFAULT_DRAWS: Final = Draws()


@dataclass(frozen=True)
class Question:
    """Gates of a bank with one smallest effect that matters."""

    bank: str
    min_effect: float | None = None
    """Of throughput and CPU; None: the defaults."""


_ASKED_CLOSELY: Final = ("async-aa", "async-cpu-3")
CLOSELY: Final = 0.015

QUESTIONS: Final = tuple(
    Question(plan.name, least)
    for plan in BANKS
    if plan.mode == "duet"
    for least in ((None, CLOSELY) if plan.name in _ASKED_CLOSELY else (None,))
)


@dataclass(frozen=True)
class Replayed:
    """What came of one question."""

    bank: str
    min_effect: float | None
    machines: int
    trials: int
    dropped: int
    effects: dict[str, float]
    """As measured, by quantity: the mean worsening over the bank, as a ratio."""
    log_sd: dict[str, float]
    rates: Rates
    """Of gates of trials that count: those that don't are replaced, up to a limit."""
    invalid: float
    """The share of gates in which so many trials would not count that they are invalid."""
    with_errors: tuple[int, int]
    """Trials in which requests failed: of the baseline, and of the candidate."""
    regressions_by_bank_low: float
    regressions_by_bank_high: float
    """Percentiles 2.5 and 97.5 of the share of regressions over banks drawn from this one."""
    regressions_in_blocks: float
    """Of gates drawn as runs of neighbouring trials, which keep what dependence there is."""
    seconds_per_trial: float
    seconds_to_verdict: float
    """Median."""

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {**asdict(self), "rates": self.rates.model_dump()}


def replay_question(
    question: Question, banks: Banks, draws: Draws = DEFAULT_DRAWS
) -> Replayed | None:
    """Replay one question; None: its bank has too few trials for a screening."""
    trials = banks.read(question.bank)
    kept = [trial for trial in trials if trial.is_valid]
    if len(kept) < DEFAULT_RULE.screening:
        return None
    rows = [_worsenings(trial) for trial in kept]
    least = [_smallest_effect(gated, kept, question.min_effect) for gated in QUANTITIES]
    each_s = median(trial.seconds for trial in trials) * len(trials) / len(kept)
    budget = int(BUDGET_S / each_s)
    bank = Bank(rows, least, [trial.machine for trial in kept])
    rates = replay_units([bank], gates=draws.gates, seed=draws.seed, budget=budget)
    in_blocks = replay_units(
        [bank], gates=draws.gates, seed=draws.seed, block=draws.block, budget=budget
    )
    low, high = _bound_by_bank(bank, budget, draws)
    columns = list(zip(*rows, strict=True))
    return Replayed(
        bank=question.bank,
        min_effect=question.min_effect,
        machines=len({trial.machine for trial in trials}),
        trials=len(trials),
        dropped=len(trials) - len(kept),
        effects={
            gated.name: math.expm1(sum(column) / len(column))
            for gated, column in zip(QUANTITIES, columns, strict=True)
        },
        log_sd={
            gated.name: stdev(column) for gated, column in zip(QUANTITIES, columns, strict=True)
        },
        rates=rates,
        invalid=_share_of_invalid(trials, round(rates.median_trials), draws),
        with_errors=(
            sum(bool(trial.baseline["error_ratio"]) for trial in trials),
            sum(bool(trial.candidate["error_ratio"]) for trial in trials),
        ),
        regressions_by_bank_low=low,
        regressions_by_bank_high=high,
        regressions_in_blocks=in_blocks.regressions,
        seconds_per_trial=each_s,
        seconds_to_verdict=rates.median_trials * each_s,
    )


def _worsenings(trial: BankedTrial) -> tuple[float, ...]:
    return tuple(
        gated.worsening(trial.baseline[gated.field], trial.candidate[gated.field])
        for gated in QUANTITIES
    )


def _smallest_effect(
    gated: Gated, trials: Sequence[BankedTrial], min_effect: float | None
) -> float:
    asked = gated.min_effect if min_effect is None or gated.name == "memory" else min_effect
    level = math.exp(sum(math.log(each.baseline[gated.field]) for each in trials) / len(trials))
    return gated.widen(asked, level)


def _share_of_invalid(trials: Sequence[BankedTrial], needed: int, draws: Draws) -> float:
    """Draw gates with the trials that don't count among them, and judge these alone."""
    rng = np.random.default_rng(draws.seed)
    by_machine = part_by_machine(trials)
    invalid = 0
    for _ in range(draws.gates):
        own = by_machine[trials[int(rng.integers(0, len(trials)))].machine]
        kept = spoiled = disturbed = 0
        while kept < needed and kept + spoiled + disturbed < DEFAULT_RULE.most_trials:
            trial = own[int(rng.integers(0, len(own)))]
            kept += trial.is_valid
            disturbed += trial.is_disturbed
            spoiled += not (trial.is_valid or trial.is_disturbed)
        drawn = kept + spoiled + disturbed
        invalid += spoiled > max(1, MAX_DROPPED_RATIO * drawn) or 2 * kept < drawn
    return invalid / draws.gates


def _bound_by_bank(bank: Bank, budget: int, draws: Draws) -> tuple[float, float]:
    rng = np.random.default_rng(draws.seed)
    shares = []
    for number in range(draws.banks):
        places = rng.integers(0, len(bank.trials), len(bank.trials))
        drawn = Bank(
            [bank.trials[place] for place in places],
            bank.min_effects,
            [bank.machines[place] for place in places],
        )
        seed = draws.seed + number
        rates = replay_units([drawn], gates=draws.gates_of_each, seed=seed, budget=budget)
        shares.append(rates.regressions)
    low, high = np.quantile(shares, [0.025, 0.975])
    return float(low), float(high)
