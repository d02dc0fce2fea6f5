"""The rule's error rates, simulated; the table of docs/explanation/the-gate.md is checked by them.

A gate has three rows, as by default: throughput and CPU per request, which are mirror images (their
noise has a correlation of 0.98), and memory. Every kind of noise has the same standard deviation.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from bench.analysis.gating.concluding import settle
from bench.analysis.gating.rule import DEFAULT_RULE, decide
from bench.model.gate import GateVerdict

GATES = 2_000
TRIALS = DEFAULT_RULE.most_trials
PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "the-gate.md"

Noise = NDArray[np.float64]
Shape = Callable[[np.random.Generator, int], Noise]


def draw_normal(rng: np.random.Generator, gates: int) -> Noise:
    return rng.normal(size=(gates, TRIALS))


def draw_heavy(rng: np.random.Generator, gates: int) -> Noise:
    return rng.standard_t(3, size=(gates, TRIALS)) / np.sqrt(3)


def draw_outliers(rng: np.random.Generator, gates: int) -> Noise:
    """One trial in twenty is ten times as far off as the others."""
    wide = np.where(rng.random((gates, TRIALS)) < 0.05, 10.0, 1.0)
    return rng.normal(size=(gates, TRIALS)) * wide / np.sqrt(0.95 + 0.05 * 100)


def draw_skewed(rng: np.random.Generator, gates: int) -> Noise:
    """One trial in twenty is five standard deviations of the others worse: they are stalls."""
    stalls = 5.0 * (rng.random((gates, TRIALS)) < 0.05)
    return (rng.normal(size=(gates, TRIALS)) + stalls - 0.25) / np.sqrt(1 + 25 * 0.05 * 0.95)


def draw_drifting(rng: np.random.Generator, gates: int) -> Noise:
    """The ratio moves by one standard deviation within 40 trials, up or down."""
    sign = rng.choice([-1.0, 1.0], size=(gates, 1))
    drift = np.clip(np.arange(TRIALS) / 39 - 0.5, -0.5, 0.5)
    return rng.normal(size=(gates, TRIALS)) + sign * drift


def draw_correlated(rng: np.random.Generator, gates: int) -> Noise:
    """Half of what a trial is off by is left in the next one."""
    noise = rng.normal(size=(gates, TRIALS))
    for trial in range(1, TRIALS):
        noise[:, trial] = 0.5 * noise[:, trial - 1] + np.sqrt(0.75) * noise[:, trial]
    return noise


SHAPES: dict[str, Shape] = {
    "normal": draw_normal,
    "heavy tails (t, 3 df)": draw_heavy,
    "outliers on both sides": draw_outliers,
    "outliers that are worse": draw_skewed,
    "drift": draw_drifting,
    "autocorrelated (0.5)": draw_correlated,
}

QUIET, NOISY = 0.0055, 0.036
"""Standard deviations that duets of an async and of a threaded target had."""


def simulate_rows(shape: str, sd: float, effect: float, least: float, seed: int) -> list[str]:
    """Return the verdicts of single rows with this true worsening."""
    noise = sd * SHAPES[shape](np.random.default_rng(seed), GATES) + np.log1p(effect)
    return [_judge(row, least).value for row in noise.tolist()]


def simulate_gates(shape: str, sd: float, effect: float, least: float, seed: int) -> list[str]:
    """Return the verdicts of gates whose throughput and CPU are worse by so much."""
    rng = np.random.default_rng(seed)
    shared, own, memory = (SHAPES[shape](rng, GATES) for _ in range(3))
    mirrored = 0.98 * shared + np.sqrt(1 - 0.98**2) * own
    rows = (sd * shared + np.log1p(effect), sd * mirrored + np.log1p(effect), sd * memory)
    gates = zip(*(row.tolist() for row in rows), strict=True)
    return [settle(_judge(row, least) for row in gate).value for gate in gates]


def _judge(row: list[float], least: float) -> GateVerdict:
    verdict = decide(row, least, DEFAULT_RULE, exhausted=True).verdict
    assert verdict is not None
    return verdict


COLUMNS: dict[str, Callable[[str, int], float]] = {
    "false alarms, quiet": lambda shape, seed: _share(
        simulate_gates(shape, QUIET, 0.0, 0.03, seed), "regression"
    ),
    "false alarms, noisy": lambda shape, seed: _share(
        simulate_gates(shape, NOISY, 0.0, 0.03, seed), "regression"
    ),
    "false alarms, m a tenth of sd": lambda shape, seed: _share(
        simulate_gates(shape, NOISY, 0.0, 0.0036, seed), "regression"
    ),
    "m passes, quiet": lambda shape, seed: _share(
        simulate_rows(shape, QUIET, 0.03, 0.03, seed), "pass"
    ),
    "m passes, noisy": lambda shape, seed: _share(
        simulate_rows(shape, NOISY, 0.03, 0.03, seed), "pass"
    ),
    "5 % found, quiet": lambda shape, seed: _share(
        simulate_gates(shape, QUIET, 0.05, 0.03, seed), "regression"
    ),
    "10 % found, noisy": lambda shape, seed: _share(
        simulate_gates(shape, NOISY, 0.10, 0.03, seed), "regression"
    ),
    "no worse passes, noisy": lambda shape, seed: _share(
        simulate_gates(shape, NOISY, 0.0, 0.03, seed), "pass"
    ),
}


def _share(verdicts: list[str], verdict: str) -> float:
    return verdicts.count(verdict) / len(verdicts)
