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


def test_between_two_runs_trials_are_counted_and_no_pairs(make_comparison: Build) -> None:
    caption = build_ratio_table([make_comparison(method="Welch's t on logs")]).caption
    assert "n is the number of trials of the side that has fewer." in caption


def test_a_single_pair_has_a_ratio_and_no_interval(make_comparison: Build) -> None:
    lone = make_comparison(n=1, low=None, high=None, because="one pair has no interval")
    table = build_ratio_table([lone])
    assert table.rows[0].cells[-1] == "3.91"
    assert len(table.notes) == 1
    assert table.notes[0].startswith("n = 1: no interval")


def test_a_missing_ratio_is_a_dash_with_its_reason_said_once(make_comparison: Build) -> None:
    gone = {"ratio": None, "low": None, "high": None, "because": "trial 2 has none"}
    table = build_ratio_table(
        [
            make_comparison(),
            make_comparison(quantity="p50_s", **gone),
            make_comparison(quantity="p99_s", **gone),
        ]
    )
    assert table.rows[0].cells[-2:] == ("-", "-")
    assert table.notes == ("async-client at 20 users (p50, p99): trial 2 has none",)


def test_a_reason_that_holds_for_a_whole_line_names_no_quantities(make_comparison: Build) -> None:
    gone = {"candidate": "b", "ratio": None, "n": 0, "because": "no pair of trials"}
    lines = [make_comparison(), make_comparison(**gone), make_comparison(quantity="p50_s", **gone)]
    assert build_ratio_table(lines).notes == ("b at 20 users: no pair of trials",)


def test_where_no_candidate_has_a_valid_pair_one_note_says_so(make_comparison: Build) -> None:
    gone = {"ratio": None, "low": None, "high": None, "n": 0, "valid": False}
    names = [(candidate, quantity) for candidate in "ab" for quantity in ("p50_s", "p99_s")]
    for dropped, note in (
        (2, "No valid pair of trials: each has a step that is not valid."),
        (0, "No pair of trials: nothing was measured of both sides in one repetition."),
    ):
        lines = [
            make_comparison(
                candidate=candidate,
                quantity=quantity,
                dropped=dropped,
                because=f"2 of 2 steps of {candidate} are invalid",
                **gone,
            )
            for candidate, quantity in names
        ]
        assert build_ratio_table(lines).notes == (note,)


def test_candidates_without_a_pair_for_different_reasons_are_told_apart(
    make_comparison: Build,
) -> None:
    gone = {"ratio": None, "low": None, "high": None, "n": 0, "valid": False}
    table = build_ratio_table(
        [
            make_comparison(because="no pair of trials", **gone),
            make_comparison(candidate="b", dropped=1, because="every pair is invalid", **gone),
        ]
    )
    assert table.notes == (
        "async-client at 20 users: no pair of trials",
        "b at 20 users: every pair is invalid",
        "b at 20 users: 1 pair left out, as a step was not valid.",
    )


def test_a_ratio_that_is_not_valid_is_marked_and_the_dropped_pairs_counted(
    make_comparison: Build,
) -> None:
    table = build_ratio_table([make_comparison(valid=False, dropped=2, because="2 of 7 dropped")])
    assert table.rows[0].cells[-1] == "3.91† [3.70, 4.13]"
    assert not table.rows[0].counts
    assert table.notes[0].startswith("† not valid")
    assert "async-client at 20 users: 2 of 7 dropped" in table.notes
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


def test_what_compares_load_levels_has_none_itself(make_comparison: Build) -> None:
    knee = make_comparison(load=None, quantity="knee_per_s", n=0, ratio=None, because="no knee")
    table = build_ratio_table([make_comparison(), knee])
    assert [row.cells[0] for row in table.rows] == ["20 users", "knee"]
    assert "async-client: no knee" in table.notes
    assert "Closed model" in table.caption


def test_ratios_of_duets_say_what_they_are(make_comparison: Build) -> None:
    (note,) = build_ratio_table([make_comparison(mode="duet")]).notes
    assert "arms of a duet, loaded at the same time on the same core" in note
    (lone, _) = build_ratio_table([make_comparison(mode="duet", n=1, low=None, high=None)]).notes
    assert lone == note


def test_a_duet_never_stands_in_the_line_of_solo_trials(make_comparison: Build) -> None:
    table = build_ratio_table([make_comparison(), make_comparison(mode="duet", ratio=2.0, n=7)])
    assert [row.cells[2:] for row in table.rows] == [
        ("5", "3.91 [3.70, 4.13]"),
        ("7", "2.00 [3.70, 4.13]"),
    ]
