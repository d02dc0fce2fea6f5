"""Replaying: the rule, applied to many gates that are drawn from recorded trials."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from bench.analysis.gating.concluding import settle
from bench.analysis.gating.rule import DEFAULT_RULE, Decision, GateRule, decide
from bench.model.gate import GateVerdict, Rates

LEVEL: Final = 0.95
"""Of the bounds of a share."""


@dataclass(frozen=True, slots=True)
class Bank:
    """Recorded trials of one unit, to draw gates from."""

    trials: Sequence[Sequence[float]]
    """Log worsenings: by trial, then row; in the order in which they were measured."""
    min_effects: Sequence[float]
    """Of each row, as a ratio."""
    machines: Sequence[str] = ()
    """Where each trial was measured; a gate has the trials of one machine. Empty: all on one."""


def replay(
    trials: Sequence[Sequence[float]],
    min_effects: Sequence[float],
    rule: GateRule = DEFAULT_RULE,
    *,
    gates: int,
    seed: int,
    shift: float | Sequence[float] = 0.0,
    block: int = 1,
    budget: int | None = None,
) -> Rates:
    """Replay gates over the trials of one unit: `replay_units` with a single bank.

    Eight trials of two rows that hardly differ: every gate drawn from them passes at once, and with
    all worsened by a tenth every one is a regression.

    >>> trials = [(0.001 * (-1) ** each, 0.0) for each in range(8)]
    >>> replay(trials, (0.03, 0.03), gates=100, seed=1).passed
    1.0
    >>> replay(trials, (0.03, 0.03), gates=100, seed=1, shift=0.1).regressions
    1.0
    """
    bank = Bank(trials, min_effects)
    return replay_units(
        [bank], rule, gates=gates, seed=seed, shift=shift, block=block, budget=budget
    )


def replay_units(
    banks: Sequence[Bank],
    rule: GateRule = DEFAULT_RULE,
    *,
    gates: int,
    seed: int,
    shift: float | Sequence[float] = 0.0,
    block: int = 1,
    budget: int | None = None,
) -> Rates:
    """Draw many gates from recorded trials, judge each, and count what they came to.

    Whole trials are drawn with replacement, all rows of a trial together: rows of the same trial
    are not independent of each other. Where a bank was filled on several machines, a gate's trials
    are drawn from one of them, each as likely as it has trials: what machines differ by is the same
    for all trials of a gate.

    Source: Efron, "Bootstrap Methods", 1979; for blocks Künsch, "The Jackknife and the Bootstrap
    for General Stationary Observations", 1989, closed to a ring.
    Assumes: the bank is like the trials that gates will have; drawn one by one, that its trials
    don't depend on those before. Blocks keep what dependence there is within their length.
    Does not mean: that the bounds hold for another machine or service. They count the gates that
    were drawn, of which there can be any number, and not how few trials the bank has: a tail that
    it does not hold is not in the gates either.

    Args:
        banks: one for each unit of the gate.
        rule: the numbers of the rule.
        gates: how many are drawn.
        seed: of the draw.
        shift: a worsening that is added to all trials, as a ratio; one number, or one for each row
            of every bank.
        block: how many neighbouring trials are drawn together.
        budget: the trials of a unit at which a gate's budget is over; default: there is no end but
            that of the rule.

    Raises:
        ValueError: no bank, or one without trials, or with machines of some trials only.
    """
    if not banks or not all(len(bank.trials) for bank in banks):
        raise ValueError("a replay draws from recorded trials, and there are none")
    rng = np.random.default_rng(seed)
    until = rule.most_trials if budget is None else min(budget, rule.most_trials)
    by_machine = [_part_by_machine(bank, shift) for bank in banks]
    verdicts: Counter[GateVerdict] = Counter()
    trials = []
    for _ in range(gates):
        drawn = (_draw(rng, _choose(rng, parts), until, block) for parts in by_machine)
        verdict, count = _judge_gate(
            [
                [
                    _judge(row, least, rule)
                    for row, least in zip(rows, bank.min_effects, strict=True)
                ]
                for rows, bank in zip(drawn, banks, strict=True)
            ]
        )
        verdicts[verdict] += 1
        trials.append(count)
    return _count(verdicts, trials)


def _part_by_machine(bank: Bank, shift: float | Sequence[float]) -> list[NDArray[np.float64]]:
    """Return the trials of each machine, shifted, in their order."""
    trials: NDArray[np.float64] = np.asarray(bank.trials) + np.log1p(shift)
    if not bank.machines:
        return [trials]
    return [
        np.array([row for row, where in zip(trials, bank.machines, strict=True) if where == each])
        for each in dict.fromkeys(bank.machines)
    ]


def _choose(rng: np.random.Generator, parts: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Choose a machine, as likely as it has trials."""
    if len(parts) == 1:
        return parts[0]
    sizes = np.array([len(part) for part in parts])
    return parts[rng.choice(len(parts), p=sizes / sizes.sum())]


def _draw(
    rng: np.random.Generator, recorded: NDArray[np.float64], count: int, block: int
) -> list[list[float]]:
    """Draw trials; returned by row."""
    starts = rng.integers(0, len(recorded), size=math.ceil(count / block))
    places = (starts[:, np.newaxis] + np.arange(block)).ravel()[:count] % len(recorded)
    rows: list[list[float]] = recorded[places].T.tolist()
    return rows


def _judge(row: Sequence[float], min_effect: float, rule: GateRule) -> Decision:
    # All looks are made of the trials up to their own number, so that one question at the end has
    # the answer of many on the way; the trials are cut where the budget ends.
    return decide(row, min_effect, rule, exhausted=True)


def _judge_gate(units: Sequence[Sequence[Decision]]) -> tuple[GateVerdict, int]:
    """Return a gate's verdict, and how many trials it had: none after its first regression."""
    verdict = settle(each.verdict for each in _flatten(units) if each.verdict is not None)
    found = [each.trials for each in _flatten(units) if each.verdict is GateVerdict.REGRESSION]
    asked = [max(each.trials for each in decisions) for decisions in units]
    return verdict, sum(min(count, *found) if found else count for count in asked)


def _flatten(units: Sequence[Sequence[Decision]]) -> Iterator[Decision]:
    for decisions in units:
        yield from decisions


def _count(verdicts: Counter[GateVerdict], trials: Sequence[int]) -> Rates:
    gates = len(trials)
    alarms = verdicts[GateVerdict.REGRESSION]
    bounds = stats.binomtest(alarms, gates).proportion_ci(LEVEL, method="exact")
    return Rates(
        gates=gates,
        passed=verdicts[GateVerdict.PASS] / gates,
        regressions=alarms / gates,
        regressions_low=float(bounds.low),
        regressions_high=float(bounds.high),
        inconclusive=verdicts[GateVerdict.INCONCLUSIVE] / gates,
        median_trials=float(median(trials)),
    )
