from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import bench.analysis.gating

MODULES = tuple(
    f"bench.analysis.gating.{module.name}"
    for module in pkgutil.iter_modules(bench.analysis.gating.__path__)
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_hold(name):
    failed, _ = doctest.testmod(importlib.import_module(name))

    assert failed == 0
