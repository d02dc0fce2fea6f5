from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.reporting.ratio_table import build_ratio_table

Build = Callable[..., Any]


def test_a_ratio_stands_with_its_interval(make_comparison: Build) -> None:
    table = build_ratio_table([make_comparison()])
    assert [column.title for column in table.columns] == ["load", "candidate", "n", "throughput"]
    assert table.rows[0].cells == ("20 users", "async-client", "5", "3.91 [3.70, 4.13]")
    assert table.notes == ()


def test_the_caption_names_baseline_level_method_and_load_model(make_comparison: Build) -> None:
    caption = build_ratio_table([make_comparison()]).caption
    for part in ("candidate / blocking-client", "95 % interval", "Student's t", "Closed model"):
        assert part in caption


def test_a_single_pair_has_a_ratio_and_no_interval(make_comparison: Build) -> None:
    lone = make_comparison(n=1, low=None, high=None, because="one pair has no interval")
    table = build_ratio_table([lone])
    assert table.rows[0].cells[-1] == "3.91"
    assert len(table.notes) == 1
    assert table.notes[0].startswith("n = 1: no interval")


def test_a_missing_ratio_is_a_dash_with_its_reason_said_once(make_comparison: Build) -> None:
    gone = {"ratio": None, "low": None, "high": None, "n": 0, "because": "no valid pair"}
    table = build_ratio_table([make_comparison(**gone), make_comparison(quantity="p99_s", **gone)])
    assert table.rows[0].cells[-2:] == ("-", "-")
    assert table.notes == ("async-client at 20 users (throughput, p99): no valid pair",)


def test_a_ratio_that_is_not_valid_is_marked_and_the_dropped_pairs_counted(
    make_comparison: Build,
) -> None:
    table = build_ratio_table([make_comparison(valid=False, dropped=2, because="2 of 7 dropped")])
    assert table.rows[0].cells[-1] == "3.91† [3.70, 4.13]"
    assert not table.rows[0].counts
    assert table.notes[0].startswith("† not valid")
    assert "async-client at 20 users (throughput): 2 of 7 dropped" in table.notes
    assert "async-client at 20 users: 2 pairs left out, as a step was not valid." in table.notes


def test_quantities_share_a_line_and_unknown_ones_come_last(make_comparison: Build) -> None:
    table = build_ratio_table(
        [
            make_comparison(quantity="zebras", n=2),
            make_comparison(quantity="p50_s"),
            make_comparison(),
        ]
    )
    titles = [column.title for column in table.columns]
    assert titles[3:] == ["throughput", "p50", "zebras"]
    assert table.rows[0].cells[2] == "2-5"
    assert len(table.rows) == 1


def test_a_quantity_that_only_others_have_is_a_dash(make_comparison: Build) -> None:
    table = build_ratio_table([make_comparison(), make_comparison(candidate="b", quantity="p50_s")])
    assert table.rows[0].cells[-1] == "-"
    assert table.rows[1].cells[-2] == "-"
