from __future__ import annotations

import doctest
import importlib

import pytest

MODULES = (
    "asks",
    "columns",
    "gate_banks.labels",
    "gate_banks.table",
    "measuring",
    "ratios",
    "rotation",
    "samples",
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_hold(name: str) -> None:
    tried = doctest.testmod(importlib.import_module(f"benchmarks.{name}"))

    assert tried.attempted > 0
    assert tried.failed == 0
