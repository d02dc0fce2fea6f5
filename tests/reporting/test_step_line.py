from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.model.caution import CautionCode
from bench.reporting.step_line import (
    write_step_cautions,
    write_step_numbers,
    write_trial_name,
)

Build = Callable[..., Any]


def test_a_censored_percentile_is_at_least_that(make_judged: Build, make_step: Build) -> None:
    row = make_step(at_least=("p99_s",), error_ratio=None)
    line = write_step_numbers(make_judged(rows=(row,)))
    assert line == "20 users: 9.90/s, p50 2 s, p99 ≥2.1 s, -"


def test_a_percentile_that_does_not_exist_is_no_bound(make_judged: Build, make_step: Build) -> None:
    row = make_step(at_least=("p50_s", "p99_s"), p50_s=None, error_ratio=None)
    line = write_step_numbers(make_judged(rows=(row,)))
    assert line == "20 users: 9.90/s, p50 -, p99 ≥2.1 s, -"


def test_a_step_that_counts_has_its_cautions_and_no_more(make_judged: Build) -> None:
    assert write_step_cautions(make_judged()) == ""
    doubted = make_judged(valid=False, doubts=((CautionCode.ERRORS, "5 %"),))
    assert write_step_cautions(doubted) == "not valid: errors"


def test_a_trial_is_named_with_its_stratum(make_planned: Build) -> None:
    assert write_trial_name(make_planned(stratum={"rows": 10})) == (
        "blocking-call blocking-client (rows=10)"
    )
