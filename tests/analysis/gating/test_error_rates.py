"""The rule's error rates, simulated; the table of docs/explanation/the-gate.md is checked by them.

Run as a program, this prints that table, from 10,000 gates for each of its numbers.

A gate has three rows, as by default: throughput and CPU per request, which are mirror images (their
noise has a correlation of 0.98), and memory. Every kind of noise has the same standard deviation.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from bench.analysis.gating.concluding import settle
from bench.analysis.gating.one_sided import is_below, take_moments
from bench.analysis.gating.rule import DEFAULT_RULE, decide
from bench.model.gate import GateVerdict

GATES = 2_000
PUBLISHED_GATES = 10_000
SEED = 1
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


def simulate_rows(shape: str, sd: float, effect: float, least: float, gates: int) -> list[str]:
    """Return the verdicts of single rows with this true worsening."""
    noise = sd * SHAPES[shape](np.random.default_rng(SEED), gates) + np.log1p(effect)
    return [judge(row, least) for row in noise.tolist()]


def simulate_gates(shape: str, sd: float, effect: float, least: float, gates: int) -> list[str]:
    """Return the verdicts of gates whose throughput and CPU are worse by so much."""
    rng = np.random.default_rng(SEED)
    shared, own, memory = (SHAPES[shape](rng, gates) for _ in range(3))
    mirrored = 0.98 * shared + np.sqrt(1 - 0.98**2) * own
    rows = (sd * shared + np.log1p(effect), sd * mirrored + np.log1p(effect), sd * memory)
    of_gates = zip(*(row.tolist() for row in rows), strict=True)
    return [settle(GateVerdict(judge(row, least)) for row in gate).value for gate in of_gates]


def judge(row: list[float], least: float) -> str:
    verdict = decide(row, least, DEFAULT_RULE, exhausted=True).verdict
    assert verdict is not None
    return verdict.value


COLUMNS = {
    "false alarms, quiet": (simulate_gates, QUIET, 0.0, 0.03, "regression"),
    "false alarms, noisy": (simulate_gates, NOISY, 0.0, 0.03, "regression"),
    "false alarms, `m` = sd / 10": (simulate_gates, NOISY, 0.0, 0.0036, "regression"),
    "`m` passes, quiet": (simulate_rows, QUIET, 0.03, 0.03, "pass"),
    "`m` passes, noisy": (simulate_rows, NOISY, 0.03, 0.03, "pass"),
    "5 % found, quiet": (simulate_gates, QUIET, 0.05, 0.03, "regression"),
    "10 % found, noisy": (simulate_gates, NOISY, 0.10, 0.03, "regression"),
    "no worse passes, noisy": (simulate_gates, NOISY, 0.0, 0.03, "pass"),
}


@cache
def count(shape: str, column: str, gates: int = GATES) -> int:
    """Return in how many of so many gates, or rows, what a column is about was the verdict."""
    simulate, sd, effect, least, verdict = COLUMNS[column]
    return simulate(shape, sd, effect, least, gates).count(verdict)


def bounds(shape: str, column: str, level: float = 0.95) -> tuple[float, float]:
    ci = stats.binomtest(count(shape, column), GATES).proportion_ci(level, method="exact")
    return float(ci.low), float(ci.high)


FALSE_ALARMS = [column for column in COLUMNS if column.startswith("false alarms")]
PASSES_OF_M = [column for column in COLUMNS if column.startswith("`m` passes")]
INDEPENDENT = [shape for shape in SHAPES if not shape.startswith("auto")]
SYMMETRIC = ["normal", "heavy tails (t, 3 df)", "outliers on both sides"]


@pytest.mark.parametrize("column", FALSE_ALARMS)
@pytest.mark.parametrize("shape", INDEPENDENT)
def test_false_alarms_of_a_gate_stay_below_one_per_cent(shape, column):
    assert bounds(shape, column)[1] < 0.01


@pytest.mark.parametrize("column", PASSES_OF_M)
@pytest.mark.parametrize("shape", SYMMETRIC)
def test_a_worsening_that_just_matters_passes_at_most_one_time_in_twenty(shape, column):
    assert bounds(shape, column)[0] < 0.05


@pytest.mark.parametrize("shape", SHAPES)
def test_five_per_cent_is_found_in_a_quiet_row(shape):
    assert bounds(shape, "5 % found, quiet")[0] > 0.98


@pytest.mark.parametrize("shape", SHAPES)
def test_ten_per_cent_is_found_in_a_noisy_row(shape):
    assert bounds(shape, "10 % found, noisy")[0] > 0.94


@pytest.mark.parametrize("shape", SYMMETRIC)
def test_a_candidate_that_is_no_worse_passes_even_in_a_noisy_row(shape):
    assert bounds(shape, "no worse passes, noisy")[0] > 0.9


@pytest.mark.parametrize("column", PASSES_OF_M)
@pytest.mark.parametrize("shape", ["drift", "autocorrelated (0.5)", "outliers that are worse"])
def test_trials_that_are_not_alike_or_lean_to_one_side_break_the_bound_on_passes(shape, column):
    # The page says so; where this no longer holds, the page is too modest.
    assert bounds(shape, column)[0] > 0.05


def test_trials_that_depend_on_each_other_break_the_bound_on_false_alarms_where_m_is_small():
    assert bounds("autocorrelated (0.5)", "false alarms, `m` = sd / 10")[0] > 0.01


def test_a_budget_that_ends_at_any_time_adds_nothing_to_what_passes():
    rng = np.random.default_rng(SEED)
    rows = (NOISY * draw_normal(rng, GATES) + np.log(1.03)).tolist()
    ends = rng.integers(8, 60, size=GATES).tolist()

    passed = sum(judge(row[:end], 0.03) == "pass" for row, end in zip(rows, ends, strict=True))

    assert stats.binomtest(passed, GATES).proportion_ci(0.95).low < 0.05


def test_looking_at_every_trial_would_pass_far_more():
    rows = (NOISY * draw_normal(np.random.default_rng(SEED), 300) + np.log(1.03)).tolist()

    def passes_once(row):
        return any(
            is_below(take_moments(row[:n]), np.log(1.03), DEFAULT_RULE.pass_level)
            for n in range(DEFAULT_RULE.screening, 41)
        )

    assert sum(map(passes_once, rows)) / len(rows) > 0.15


@pytest.mark.parametrize("shape", SHAPES)
def test_the_page_has_the_rates_that_are_simulated(shape):
    published = read_table()[shape]

    for column, share in zip(COLUMNS, published, strict=True):
        low, high = bounds(shape, column, level=0.9999)
        assert low - 0.005 <= share <= high + 0.005, column


def read_table() -> dict[str, list[float]]:
    """Return the shares that the page publishes, by the shape of the noise."""
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.read_text().splitlines()
        if line.startswith("|")
    ]
    return {
        name: [float(share.removesuffix("%")) / 100 for share in shares]
        for name, *shares in lines
        if name in SHAPES
    }


def write_table() -> str:
    """Write the table that the page publishes."""
    lines = [f"| noise | {' | '.join(COLUMNS)} |", f"|---|{'--:|' * len(COLUMNS)}"]
    for shape in SHAPES:
        shares = (count(shape, column, PUBLISHED_GATES) / PUBLISHED_GATES for column in COLUMNS)
        lines.append(f"| {shape} | {' | '.join(map(write_share, shares))} |")
    return "\n".join(lines)


def write_share(share: float) -> str:
    return f"{share:.1%}" if share >= 0.01 else f"{share:.2%}"


if __name__ == "__main__":
    sys.stdout.write(f"{write_table()}\n")
