from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bench.model.gate import GateVerdict
from bench.reporting.gate_table import build_gate_table
from bench.reporting.table import Table
from bench.reporting.terminal import print_table, split_table

Build = Callable[..., Any]


def _cells(table: Table, index: int = 0) -> dict[str, str]:
    titles = [column.title for column in table.columns]
    return dict(zip(titles, table.rows[index].cells, strict=True))


def test_a_row_has_both_sides_ratio_worsening_and_verdict(make_regression: Build) -> None:
    assert _cells(build_gate_table([make_regression(dropped=2)])) == {
        "variant": "asgi-async",
        "load": "20 users",
        "quantity": "throughput",
        "baseline": "2,000/s",
        "candidate": "1,900/s",
        "ratio": "0.949 [0.941, 0.957]",
        "worsening": "5.4 % slower",
        "min effect": "3 %",
        "verdict": "regression",
        "n": "16 (2)",
        "sign-flip p": "0.00780",
    }


def test_experiment_and_stratum_stand_where_there_are_several(make_gate_row: Build) -> None:
    rows = [make_gate_row(stratum={"rows": 1}), make_gate_row(experiment="b", stratum={"rows": 9})]
    table = build_gate_table(rows)
    assert [_cells(table, index)["stratum"] for index in (0, 1)] == ["rows=1", "rows=9"]
    assert [_cells(table, index)["experiment"] for index in (0, 1)] == ["shop", "b"]


def test_what_an_open_question_needs_is_told_for_it_alone(make_gate_row: Build) -> None:
    rows = [make_gate_row(), make_gate_row(verdict=GateVerdict.INCONCLUSIVE)]
    table = build_gate_table(rows)
    found = [(_cells(table, i)["could find"], _cells(table, i)["trials needed"]) for i in (0, 1)]
    assert found == [("-", "-"), ("1.2 %", "24")]
    assert "9 times in 10" in " ".join(table.notes)


def test_a_row_without_numbers_has_dashes(make_gate_row: Build) -> None:
    nothing = dict.fromkeys(
        ("baseline", "candidate", "ratio", "low", "high", "worsening", "min_effect", "sign_flip_p")
    )
    invalid = make_gate_row(**nothing, n=0, verdict=GateVerdict.INVALID)
    table = build_gate_table([invalid, make_gate_row()])
    cells = _cells(table)
    for title in ("baseline", "candidate", "ratio", "worsening", "min effect", "sign-flip p"):
        assert cells[title] == "-"
    assert not table.rows[0].counts


def test_the_caption_names_level_and_method_and_those_left_out(make_gate_row: Build) -> None:
    caption = build_gate_table([make_gate_row(dropped=1)]).caption
    for part in ("99 % interval", "t on log ratios", "in brackets those left out"):
        assert part in caption


def test_a_table_without_rows_is_empty() -> None:
    assert build_gate_table([]).rows == ()


@pytest.mark.parametrize("several", [False, True])
def test_verdict_and_worsening_are_in_the_first_80_columns(
    make_gate_row: Build, make_console: Build, text_of: Build, several: bool
) -> None:
    changes = {"verdict": GateVerdict.INCONCLUSIVE, "variant": "asgi-threadpool"}
    rows = [make_gate_row(**changes, experiment=name) for name in ("a-long-name", "b")]
    table = build_gate_table(rows if several else rows[:1])
    first = [column.title for column in split_table(table, 80)[0].columns]
    assert {"worsening", "verdict"} <= set(first)
    console = make_console(width=80)
    print_table(console, table)
    assert max(map(len, text_of(console).splitlines())) <= 80
    assert "0.949 [0.941, 0.957]" in text_of(console)
