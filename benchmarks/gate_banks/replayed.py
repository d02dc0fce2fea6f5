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
from bench.analysis.gating.replaying import replay
from bench.analysis.gating.rule import DEFAULT_RULE
from bench.model.gate import Rates
from benchmarks.gate_banks.bank_files import BankedTrial, BankFolder
from benchmarks.gate_banks.plans import BANKS, BankPlan

GATES: Final = 10_000
BUDGET_S: Final = 300.0
"""The default of `bench gate --budget`."""

OUTER: Final = 100
INNER: Final = 2000
"""A bank is a sample itself: so many banks are drawn from it, and so many gates from each."""

QUANTITIES: Final = (GATED["throughput"], GATED["cpu"], GATED["memory"])


@dataclass(frozen=True)
class Question:
    """Gates of a bank with one smallest effect that matters."""

    bank: str
    min_effect: float | None = None
    """Of throughput and CPU; None: the defaults."""


QUESTIONS: Final = (
    *(Question(plan.name) for plan in BANKS if plan.mode == "duet"),
    Question("async-aa", 0.015),
    Question("async-cpu-3", 0.015),
)


@dataclass(frozen=True)
class Replayed:
    """What came of one question."""

    bank: str
    min_effect: float | None
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
    seconds_per_trial: float
    seconds_to_verdict: float
    """Median."""

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {**asdict(self), "rates": self.rates.model_dump()}


def replay_question(question: Question, banks: BankFolder, seed: int = 1) -> Replayed | None:
    """Replay one question; None: its bank has too few trials for a screening."""
    trials = banks.read(question.bank)
    kept = [trial for trial in trials if trial.is_valid]
    if len(kept) < DEFAULT_RULE.screening:
        return None
    rows = [_worsenings(trial) for trial in kept]
    least = [_smallest_effect(gated, kept, question.min_effect) for gated in QUANTITIES]
    each_s = median(trial.seconds for trial in trials) * len(trials) / len(kept)
    budget = int(BUDGET_S / each_s)
    rates = replay(rows, least, gates=GATES, seed=seed, budget=budget)
    low, high = _bound_by_bank(rows, least, budget, seed)
    columns = list(zip(*rows, strict=True))
    return Replayed(
        bank=question.bank,
        min_effect=question.min_effect,
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
        invalid=_share_of_invalid(trials, round(rates.median_trials), seed),
        with_errors=(
            sum(bool(trial.baseline["error_ratio"]) for trial in trials),
            sum(bool(trial.candidate["error_ratio"]) for trial in trials),
        ),
        regressions_by_bank_low=low,
        regressions_by_bank_high=high,
        seconds_per_trial=each_s,
        seconds_to_verdict=rates.median_trials * each_s,
    )


def plan_of(name: str) -> BankPlan:
    """Return the plan of a bank."""
    return next(plan for plan in BANKS if plan.name == name)


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


def _share_of_invalid(trials: Sequence[BankedTrial], needed: int, seed: int) -> float:
    """Draw gates with the trials that don't count among them, and judge these alone."""
    rng = np.random.default_rng(seed)
    invalid = 0
    for _ in range(INNER):
        kept = spoiled = disturbed = 0
        while kept < needed and kept + spoiled + disturbed < DEFAULT_RULE.most_trials:
            trial = trials[int(rng.integers(0, len(trials)))]
            kept += trial.is_valid
            disturbed += trial.is_disturbed
            spoiled += not (trial.is_valid or trial.is_disturbed)
        drawn = kept + spoiled + disturbed
        invalid += spoiled > max(1, MAX_DROPPED_RATIO * drawn) or 2 * kept < drawn
    return invalid / INNER


def _bound_by_bank(
    rows: Sequence[Sequence[float]], least: Sequence[float], budget: int, seed: int
) -> tuple[float, float]:
    rng = np.random.default_rng(seed)
    shares = []
    for number in range(OUTER):
        drawn = [rows[place] for place in rng.integers(0, len(rows), len(rows))]
        rates = replay(drawn, least, gates=INNER, seed=seed + number, budget=budget)
        shares.append(rates.regressions)
    low, high = np.quantile(shares, [0.025, 0.975])
    return float(low), float(high)
