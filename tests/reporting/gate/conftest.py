"""Builders with defaults for what a gate reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bench.model.gate import (
    GateReport,
    GateRow,
    GateVerdict,
    Rates,
    SelfCheck,
    SelfCheckRow,
    TreeVersion,
)
from bench.model.load_level import Users

Build = Callable[..., Any]


@pytest.fixture
def make_gate_row() -> Build:
    def make(**changes: Any) -> GateRow:
        values: dict[str, Any] = {
            "experiment": "shop",
            "stratum": {},
            "variant": "asgi-async",
            "load": Users(users=20),
            "quantity": "throughput",
            "unit": "1/s",
            "baseline": 2000.0,
            "candidate": 1898.0,
            "ratio": 0.949,
            "low": 0.941,
            "high": 0.957,
            "level": 0.99,
            "sign_flip_p": 0.0078,
            "n": 16,
            "dropped": 0,
            "method": "t on log ratios",
            "worsening": 0.0537,
            "min_effect": 0.03,
            "detectable": 0.012,
            "trials_needed": 24,
            "verdict": GateVerdict.PASS,
            "because": "",
        }
        return GateRow(**{**values, **changes})

    return make


@pytest.fixture
def make_regression(make_gate_row: Build) -> Build:
    def make(**changes: Any) -> GateRow:
        values = {"verdict": GateVerdict.REGRESSION, "because": "Confirmed on 8 fresh trials."}
        row: GateRow = make_gate_row(**{**values, **changes})
        return row

    return make


@pytest.fixture
def make_gate(make_environment: Build, make_gate_row: Build) -> Build:
    def make(**changes: Any) -> GateReport:
        values: dict[str, Any] = {
            "schema_version": 3,
            "run_id": "20250101T000000Z-gate",
            "path": "results/20250101T000000Z-gate",
            "kind": "against",
            "started_at": "2025-01-01T02:00:00+02:00",
            "setup_s": 12.0,
            "elapsed_s": 105.0,
            "budget_s": 180.0,
            "environment": make_environment(),
            "baseline": TreeVersion(label="main", commit="1a2b3c4d5e6f7a8b"),
            "candidate": TreeVersion(
                label="working tree", commit="99887766554433221100", is_dirty=True
            ),
            "verdict": GateVerdict.PASS,
            "exit_code": 0,
            "because": "",
            "rows": (make_gate_row(),),
            "trials": 24,
        }
        return GateReport(**{**values, **changes})

    return make


@pytest.fixture
def make_regressed(make_gate: Build, make_regression: Build) -> Build:
    def make(**changes: Any) -> GateReport:
        values = {
            "verdict": GateVerdict.REGRESSION,
            "exit_code": 1,
            "because": "1 of 1 rows is a regression.",
            "rows": (make_regression(),),
        }
        report: GateReport = make_gate(**{**values, **changes})
        return report

    return make


@pytest.fixture
def self_check() -> SelfCheck:
    rates = {
        "gates": 2000,
        "passed": 0.97,
        "regressions": 0.001,
        "regressions_low": 0.0002,
        "regressions_high": 0.0044,
        "inconclusive": 0.029,
        "median_trials": 8,
    }
    row = SelfCheckRow(
        variant="asgi-async",
        load=Users(users=20),
        quantity="cpu",
        n=40,
        log_sd=0.0055,
        min_effect=0.03,
        detectable={8: 0.0121, 16: 0.0072},
    )
    found = Rates(**{**rates, "regressions": 0.985, "regressions_low": 0.97})
    return SelfCheck(rows=(row,), false_alarms=Rates(**rates), detection={"5%": found})
