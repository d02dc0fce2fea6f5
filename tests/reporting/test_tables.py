from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.model.load_level import Users
from bench.reporting.tables import build_sections, shown_rows

Build = Callable[..., Any]


def test_an_experiment_with_nothing_to_show_has_no_section(make_plan: Build) -> None:
    assert build_sections(make_plan(), [], []) == ()


def test_a_section_says_what_was_asked_and_against_what(make_plan: Build, make_row: Build) -> None:
    (section,) = build_sections(make_plan(), [make_row(p50_s=1)], [])
    assert section.title == "blocking-call"
    assert section.paragraphs == (
        "Question: A blocking client inside async def",
        "Factor: how the handler calls its upstream",
        "Baseline: blocking-client",
    )


def test_a_lone_variant_has_neither_factor_nor_baseline(
    make_plan: Build, make_row: Build, make_experiment: Build
) -> None:
    lone = make_experiment(factor="", variants={"only": {"command": ["serve"]}})
    (section,) = build_sections(make_plan(experiments=(lone,)), [make_row(variant="only")], [])
    assert section.paragraphs == ("Question: A blocking client inside async def",)


def test_lines_rise_with_the_load_and_keep_the_order_of_the_file(
    make_plan: Build, make_row: Build
) -> None:
    rows = [
        make_row(variant=variant, load=Users(users=users))
        for users in (20, 3)
        for variant in ("stray", "async-client", "blocking-client")
    ]
    ((table,),) = (section.tables for section in build_sections(make_plan(), rows, []))
    assert [row.cells[:2] for row in table.rows] == [
        ("3 users", "blocking-client"),
        ("3 users", "async-client"),
        ("3 users", "stray"),
        ("20 users", "blocking-client"),
        ("20 users", "async-client"),
        ("20 users", "stray"),
    ]


def test_each_stratum_has_its_tables(
    make_plan: Build, make_row: Build, make_comparison: Build
) -> None:
    strata: tuple[dict[str, Any], ...] = ({"case": "lookup", "warm": True}, {"case": "wait"})
    (section,) = build_sections(
        make_plan(),
        [make_row(stratum=stratum) for stratum in strata],
        [make_comparison(stratum=stratum) for stratum in strata],
    )
    assert [table.title for table in section.tables] == [
        "Steps (case=lookup, warm=true)",
        "Ratios to the baseline (case=lookup, warm=true)",
        "Steps (case=wait)",
        "Ratios to the baseline (case=wait)",
    ]


def test_requests_have_a_table_where_there_are_several_names(
    make_plan: Build, make_row: Build
) -> None:
    whole, one, two = make_row(), make_row(name="GET /a"), make_row(name="GET /b")
    (single,) = build_sections(make_plan(), [whole, one], [])
    (several,) = build_sections(make_plan(), [whole, one, two], [])
    assert [table.title for table in single.tables] == ["Steps"]
    assert [table.title for table in several.tables] == ["Steps", "Requests by name"]
    assert [row.cells[2] for row in several.tables[1].rows] == ["GET /a", "GET /b"]


def test_bystanders_are_no_line_of_the_main_table(make_row: Build) -> None:
    assert shown_rows([make_row(group="bystander"), make_row(name="GET /")]) == []


def test_streams_have_a_table_between_requests_and_ratios(
    make_plan: Build, make_row: Build, make_streams: Build, make_comparison: Build
) -> None:
    row = make_row(streams=make_streams(open=5))
    (section,) = build_sections(make_plan(), [row], [make_comparison()])
    assert [table.title for table in section.tables] == [
        "Steps",
        "Streams",
        "Ratios to the baseline",
    ]


def test_knees_come_first_with_their_ratios_and_the_steps_of_their_search(
    make_plan: Build, make_row: Build, make_knee: Build, make_comparison: Build
) -> None:
    knees = [make_knee(variant="async-client", rate_per_s=400.0), make_knee()]
    ratio = make_comparison(load=None, quantity="knee_per_s", ratio=2.0)
    (section,) = build_sections(make_plan(), [make_row()], [ratio], knees)
    assert [table.title for table in section.tables] == ["Knee", "Steps of the search"]
    assert [row.cells[0] for row in section.tables[0].rows] == ["blocking-client", "async-client"]
    assert section.tables[0].rows[1].cells[3].startswith("2.00 ")


def test_ratios_of_duets_stand_apart_from_those_of_solo_trials(
    make_plan: Build, make_row: Build, make_comparison: Build
) -> None:
    ratios = [make_comparison(mode="duet", ratio=2.0), make_comparison()]
    (section,) = build_sections(make_plan(), [make_row(p50_s=1)], ratios)
    assert [table.title for table in section.tables] == [
        "Steps",
        "Ratios to the baseline",
        "Ratios to the baseline, duets",
    ]
    solo, duets = section.tables[1:]
    assert [row.cells[-1][:4] for row in (*solo.rows, *duets.rows)] == ["3.91", "2.00"]
    assert not any("duet" in note for note in solo.notes)
    (alone,) = build_sections(make_plan(), [], ratios[:1])
    assert [table.title for table in alone.tables] == ["Ratios to the baseline, duets"]
