from __future__ import annotations

import pytest

from benchmarks.asks import Ask, exit_code


@pytest.mark.parametrize(
    ("value", "reached"),
    [(0.94, False), (0.95, True), (1.0, True), (1.05, True), (1.06, False), (None, False)],
)
def test_bounds_belong_to_what_is_reached(value: float | None, reached: bool) -> None:
    assert Ask(of="p50", value=value, at_least=0.95, at_most=1.05).reached is reached


def test_what_was_not_reached_matters_to_those_who_check_only() -> None:
    missed, met = Ask(of="a", value=1, at_least=2), Ask(of="b", value=3, at_least=2)

    assert exit_code([met, missed], check=False) == 0
    assert exit_code([met, missed], check=True) == 1
    assert exit_code([met], check=True) == 0


def test_what_was_not_measured_is_not_reached_and_is_said_so() -> None:
    ask = Ask(of="flow / wrk", value=None, at_least=0.7, detail="wrk isn't installed")

    assert exit_code([ask], check=True) == 1
    assert ask.text().startswith("not measured")
