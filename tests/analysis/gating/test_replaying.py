from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from bench.analysis.gating.replaying import Bank, replay, replay_units
from bench.analysis.gating.rule import DEFAULT_RULE, decide

RNG = np.random.default_rng(11)
QUIET = RNG.normal(0.0, 0.0055, size=(400, 1)) @ np.ones((1, 3))
WILD = RNG.normal(0.0, 0.036, size=(200, 2))


def test_a_replay_is_the_rule_on_every_gate_that_it_draws():
    gates, seed, shift = 200, 4, 0.04
    rng = np.random.default_rng(seed)
    expected = []
    for _ in range(gates):
        drawn = (WILD + math.log1p(shift))[rng.integers(0, len(WILD), size=100)]
        found = [decide(row.tolist(), 0.03, DEFAULT_RULE, exhausted=True) for row in drawn.T]
        expected.append([each.verdict.value for each in found])

    rates = replay(WILD, (0.03, 0.03), gates=gates, seed=seed, shift=shift)

    assert rates.regressions == np.mean(["regression" in each for each in expected])
    assert rates.passed == np.mean([each == ["pass", "pass"] for each in expected])
    assert rates.passed + rates.regressions + rates.inconclusive == pytest.approx(1.0)


def test_quiet_trials_pass_and_worse_ones_are_found():
    calm = replay(QUIET, (0.03,) * 3, gates=1_000, seed=1)
    worse = replay(QUIET, (0.03,) * 3, gates=1_000, seed=1, shift=0.05)

    assert (calm.passed, calm.regressions, calm.median_trials) == (1.0, 0.0, 8.0)
    assert (worse.regressions, worse.median_trials) == (1.0, 16.0)


def test_a_share_has_its_exact_bounds():
    rates = replay(WILD, (0.03, 0.03), gates=300, seed=2, shift=0.04)

    bounds = stats.binomtest(round(rates.regressions * 300), 300).proportion_ci(0.95)
    assert (rates.regressions_low, rates.regressions_high) == (bounds.low, bounds.high)


def test_the_same_seed_draws_the_same_gates():
    assert replay(WILD, (0.03, 0.03), gates=100, seed=5) == replay(
        WILD, (0.03, 0.03), gates=100, seed=5
    )


def test_rows_can_be_shifted_apart():
    rates = replay(QUIET, (0.03,) * 3, gates=100, seed=1, shift=(0.0, 0.0, 0.1))

    assert rates.regressions == 1.0


def test_a_gate_ends_with_its_first_regression():
    # The second row alone would go on for long.
    trials = [(0.001 * (-1) ** n, 0.1 * (-1) ** n) for n in range(50)]

    rates = replay(trials, (0.03, 0.03), gates=50, seed=1, shift=(0.1, 0.0))

    assert (rates.regressions, rates.median_trials) == (1.0, 16.0)


def test_a_budget_ends_a_gate():
    rates = replay(WILD, (0.03, 0.03), gates=200, seed=3, budget=10)

    assert rates.median_trials <= 10
    assert rates.regressions == 0.0


def test_a_gate_of_several_units_has_the_trials_of_all():
    banks = [Bank(QUIET, (0.03,) * 3), Bank(QUIET, (0.03,) * 3)]

    assert replay_units(banks, gates=50, seed=1).median_trials == 16.0


def test_blocks_keep_neighbours_together():
    # Slow swings: drawn one by one they are noise, drawn in blocks a screening sees one side.
    swings = [(0.05 * math.sin(n / 16),) for n in range(400)]

    apart = replay(swings, (0.001,), gates=400, seed=1)
    together = replay(swings, (0.001,), gates=400, seed=1, block=50)

    assert together.regressions > apart.regressions + 0.1


def test_a_block_is_made_of_neighbours():
    # Any two neighbours cancel, so that the mean of a screening is 0 in every gate.
    trials = [(0.05 * (-1) ** n,) for n in range(50)]

    assert replay(trials, (0.06,), gates=200, seed=1, block=2, budget=8).passed == 1.0
    assert replay(trials, (0.06,), gates=200, seed=1, budget=8).passed < 1.0


def test_a_gate_has_the_trials_of_one_machine():
    # Half of the trials are worse by a tenth: all those of one machine.
    trials = [(0.1 * (n // 50) + 0.001 * (-1) ** n,) for n in range(100)]
    apart = Bank(trials, (0.03,), ["a"] * 50 + ["b"] * 50)

    mixed = replay_units([Bank(trials, (0.03,))], gates=400, seed=1)
    rates = replay_units([apart], gates=400, seed=1)

    assert rates.inconclusive == 0.0
    assert mixed.inconclusive > 0.1
    assert 0.4 < rates.regressions < 0.6


def test_a_machine_is_drawn_as_often_as_it_has_trials():
    trials = [(0.1 * (n // 80) + 0.001 * (-1) ** n,) for n in range(100)]
    bank = Bank(trials, (0.03,), ["a"] * 80 + ["b"] * 20)

    assert 0.15 < replay_units([bank], gates=400, seed=1).regressions < 0.25


def test_machines_of_some_trials_only_are_refused():
    with pytest.raises(ValueError, match="zip"):
        replay_units([Bank(WILD, (0.03, 0.03), ["a"] * 10)], gates=1, seed=1)


@pytest.mark.parametrize("banks", [[], [Bank((), (0.03,))]])
def test_a_replay_of_nothing_is_refused(banks):
    with pytest.raises(ValueError, match="there are none"):
        replay_units(banks, gates=1, seed=1)
