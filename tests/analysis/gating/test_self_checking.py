from __future__ import annotations

import numpy as np
import pytest

from bench.analysis.gating.gathering import gather_series
from bench.analysis.gating.rule import DEFAULT_RULE
from bench.analysis.gating.self_checking import self_check
from bench.errors import MeasurementError


@pytest.fixture
def gather(duet):
    def gather(log_ratios, **trial):
        records = duet.trials(log_ratios, **trial)
        return gather_series(records, {}, {"shop": duet.file()}, DEFAULT_RULE)

    return gather


def test_a_self_check_tells_the_noise_of_every_row(gather):
    log_ratios = np.random.default_rng(1).normal(0.0, 0.0055, 16)

    check = self_check(gather(log_ratios), seed=1, gates=200)

    rows = {row.quantity: row for row in check.rows}
    assert list(rows) == ["throughput", "cpu", "memory"]
    assert rows["cpu"].log_sd == pytest.approx(np.std(log_ratios, ddof=1))
    assert (rows["cpu"].n, rows["cpu"].min_effect) == (16, 0.03)
    assert list(rows["cpu"].detectable) == [16, 24, 32, 48]
    assert 0.03 < rows["cpu"].detectable[48] < rows["cpu"].detectable[16] < 0.04
    assert rows["memory"].detectable[16] == 0.03  # it never differs


def test_a_self_check_replays_gates_as_they_are_and_worsened(gather):
    check = self_check(
        gather(np.random.default_rng(1).normal(0.0, 0.0055, 16)),
        seed=1,
        gates=200,
        effects=(0.015, 0.05),
    )

    assert check.false_alarms.gates == 200
    assert check.false_alarms.regressions == 0
    assert {effect: rates.regressions > 0.95 for effect, rates in check.detection.items()} == {
        "1.5%": False,
        "5%": True,
    }


def test_a_self_check_of_too_few_trials_is_refused(gather, noise):
    with pytest.raises(MeasurementError, match="Only 7 of 7 trials of async"):
        self_check(gather(noise[:7]), seed=1)


def test_a_self_check_of_nothing_is_refused():
    with pytest.raises(MeasurementError, match="no trials"):
        self_check((), seed=1)
