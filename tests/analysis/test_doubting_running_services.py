"""Doubts about targets that already ran when they were measured."""

from __future__ import annotations

from typing import Any

from bench.analysis.doubting import doubt
from bench.model.plan import Placement


def codes(evidence: Any) -> list[str]:
    return [caution.code.value for caution in doubt(evidence, max_error_ratio=0.0)]


def test_a_target_that_already_ran_is_not_fresh_and_counts(build: Any) -> None:
    placement = Placement(generator=(1,), services=(1,))
    evidence = build.evidence(*build.steady(), command=(), placement=placement)
    (caution,) = doubt(evidence, max_error_ratio=0.0)
    assert caution.code.value == "not-fresh"
    assert "127.0.0.1:8000 already ran" in caution.detail
    assert not caution.code.invalidates


def test_a_target_of_ours_is_fresh(build: Any) -> None:
    assert codes(build.evidence(*build.steady())) == []


def test_only_of_a_target_of_ours_it_is_told_that_it_was_not_pinned(build: Any) -> None:
    evidence = build.evidence(*build.steady(), placement=Placement())
    assert codes(evidence) == ["unpinned"]
