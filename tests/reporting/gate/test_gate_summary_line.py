from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.model.gate import GateFailure, GateVerdict
from bench.reporting.gate_summary_line import write_gate_summary, write_row_line

Build = Callable[..., Any]


def test_a_gate_is_told_in_one_line_with_its_gravest_row(
    make_gate: Build, make_gate_row: Build, make_regression: Build
) -> None:
    rows = (
        make_gate_row(),
        make_gate_row(quantity="cpu", verdict=GateVerdict.INCONCLUSIVE),
        make_regression(quantity="p95", worsening=0.2),
    )
    report = make_gate(rows=rows, verdict=GateVerdict.REGRESSION, exit_code=1)
    assert write_gate_summary(report) == (
        "gate: regression (exit 1): working tree (9988776655 with uncommitted changes) against "
        "main (1a2b3c4d5e); 3 rows: 1 regression, 1 inconclusive, 1 pass; "
        "shop asgi-async at 20 users, p95 20 % slower; 24 trials in 1 min 45 s"
    )


def test_a_pass_names_no_row(make_gate: Build) -> None:
    assert "; 1 row: 1 pass; 24 trials" in write_gate_summary(make_gate())


def test_a_failure_and_a_gate_without_rows_give_their_reason(make_gate: Build) -> None:
    failure = GateFailure(message="It did\nnot start.")
    assert "; It did not start.; " in write_gate_summary(make_gate(failure=failure))
    assert "; Nothing is gated.; " in write_gate_summary(
        make_gate(rows=(), because="Nothing is gated.")
    )
    assert "against main (1a2b3c4d5e); 24 trials" in write_gate_summary(make_gate(rows=()))


def test_a_row_is_told_in_one_line(make_regression: Build) -> None:
    assert write_row_line(make_regression(dropped=1)) == (
        "shop asgi-async at 20 users, throughput: regression, 5.4 % slower, 16 trials, 1 left out"
    )
    assert write_row_line(make_regression(worsening=None)).endswith("regression, 16 trials")


def test_lines_stay_lines_whatever_is_in_them(
    make_gate: Build, make_regression: Build, hostile: str
) -> None:
    row = make_regression(variant=hostile)
    report = make_gate(rows=(row,), because=hostile, failure=GateFailure(message=hostile))
    for line in (write_gate_summary(report), write_row_line(row)):
        assert line.isprintable()
