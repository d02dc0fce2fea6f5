from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from rich.cells import cell_len

from bench.model.caution import CautionCode
from bench.model.condensed import Spread
from bench.reporting.step_table import build_step_table
from bench.reporting.table import EXTRA, Column, Row, Section, Table
from bench.reporting.tables import build_sections
from bench.reporting.terminal import print_sections, print_table, split_table

Build = Callable[..., Any]


@pytest.fixture
def full_table(make_row: Build) -> Table:
    """A step table with every column there is."""
    spread = Spread(median=0.5, low=0.4, high=0.6, at_least=True)
    quantities = (
        "throughput_per_s p50_s p95_s p99_s max_s cpu_s_per_request loop_lag_p99_s bystander_p99_s"
    )
    return build_step_table(
        [
            make_row(
                **dict.fromkeys(quantities.split(), spread),
                trials=(1, 2),
                error_ratio=0.1,
                memory="PSS",
                memory_bytes=1e8,
                threads=41,
                cautions=(CautionCode.GENERATOR_LAG, CautionCode.NO_STEADY_STATE),
            ),
            make_row(variant="asynchronous-client-with-a-long-name", valid=False, invalid=(1,)),
        ]
    )


def test_a_small_table_is_printed_as_it_reads(make_console: Build, text_of: Build) -> None:
    console = make_console()
    print_table(
        console,
        Table(
            title="Steps",
            caption="Closed model.",
            columns=(Column(title="variant"), Column(title="p50", unit="ms", align="right")),
            rows=(Row(cells=("a", "1.00")), Row(cells=("long", "12.0"))),
            notes=("n = 1",),
        ),
    )
    lines = [line.rstrip() for line in text_of(console).splitlines()]
    assert lines == [
        "Steps",
        "Closed model.",
        "          p50",
        "variant    ms",
        "─────────────",
        "a        1.00",
        "long     12.0",
        "  n = 1",
    ]


@pytest.mark.parametrize("width", [80, 100, 120, 160, 300])
def test_no_line_is_wider_than_the_terminal(
    width: int, full_table: Table, make_console: Build, text_of: Build
) -> None:
    console = make_console(width)
    print_table(console, full_table)
    assert all(cell_len(line) <= width for line in text_of(console).splitlines())


def test_80_columns_show_the_essentials_whole(
    full_table: Table, make_console: Build, text_of: Build
) -> None:
    console = make_console(80)
    print_table(console, full_table)
    shown = text_of(console)
    for whole in ("20 users", "2/2", "0/1†", "≥500", "blocking-client", "no-steady-state"):
        assert whole in shown
    assert "No room for" not in shown  # ranges are extra
    assert "…" not in shown


def test_a_wide_terminal_shows_every_column(full_table: Table) -> None:
    assert split_table(full_table, 300) == (full_table,)


def test_what_does_not_fit_is_continued_below_and_only_ranges_are_left_out(
    full_table: Table,
) -> None:
    first, *others = split_table(full_table, 80)
    shown = [column.title for part in (first, *others) for column in part.columns if not column.key]
    assert len(shown) == len(set(shown))
    wanted = {column.title for column in full_table.columns if not column.key}
    assert wanted - set(shown) == {title for title in wanted if "range" in title}
    for part in others:
        assert [column.title for column in part.columns[:3]] == ["load", "variant", "n"]


def test_a_table_without_keys_is_not_continued() -> None:
    columns = (Column(title="name"), Column(title="x" * 30, rank=1))
    table = Table(columns=columns, rows=(Row(cells=("a", "b")),))
    (part,) = split_table(table, 20)
    assert part.columns == columns[:1]


def test_columns_that_are_not_extra_are_named_where_there_was_no_room(
    make_console: Build, text_of: Build
) -> None:
    console = make_console(20)
    columns = (
        Column(title="name"),
        Column(title="x" * 30, rank=1),
        Column(title="y" * 30, rank=EXTRA),
    )
    print_table(console, Table(columns=columns, rows=()))
    shown = "".join(line.strip() for line in text_of(console).splitlines())
    assert shown.endswith(f"No room for:{'x' * 30}.")


def test_a_table_of_nothing_but_keys_is_one_part() -> None:
    table = Table(columns=(Column(title="name", key=True),), rows=())
    assert split_table(table, 20) == (table,)


def test_the_least_dear_columns_go_first(full_table: Table) -> None:
    widths = (300, 200, 150, 120, 100, 80)
    shown = [
        {column.title for column in split_table(full_table, width)[0].columns} for width in widths
    ]
    assert all(narrow <= wide for wide, narrow in pairwise(shown))
    assert "memory range" not in shown[-1]
    assert {"load", "variant", "n", "throughput", "p99", "cautions"} <= shown[-1]


def test_essential_columns_stay_however_narrow(full_table: Table) -> None:
    first = split_table(full_table, 10)[0]
    assert all(column.rank == 0 for column in first.columns)
    assert {"throughput", "p50", "p99", "cautions"} <= {column.title for column in first.columns}


def test_a_table_without_rows_prints_its_head(make_console: Build, text_of: Build) -> None:
    console = make_console()
    print_table(console, Table(columns=(Column(title="name"),), rows=()))
    assert "name" in text_of(console)


def test_cautions_catch_the_eye_and_what_does_not_count_is_dim(
    make_row: Build, make_console: Build, text_of: Build
) -> None:
    console = make_console(force_terminal=True, color_system="standard")
    row = make_row(valid=False, invalid=(1,), cautions=(CautionCode.ERRORS,))
    print_table(console, build_step_table([row]))
    assert "\x1b[1;2;33merrors" in text_of(console)
    assert "\x1b[2mblocking-client" in text_of(console)


def test_sections_have_a_heading_and_what_they_are_about(
    make_console: Build, text_of: Build
) -> None:
    console = make_console()
    table = Table(columns=(Column(title="x"),), rows=())
    print_sections(console, [Section(title="first", paragraphs=("About it.",), tables=(table,))])
    assert "first ──" in text_of(console)
    assert "About it." in text_of(console)


def test_hostile_names_are_shown_as_text(
    make_plan: Build,
    make_experiment: Build,
    make_row: Build,
    make_console: Build,
    text_of: Build,
    hostile: str,
) -> None:
    console = make_console(200)
    plan = make_plan(experiments=(make_experiment(title=hostile),))
    rows = [make_row(stratum={"s": hostile}, errors={hostile: 1})]
    print_sections(console, build_sections(plan, rows, []))
    shown = text_of(console)
    assert shown.count(r"<b>[red]a|b*\n\x1b[2J\u202e@x=`") == 3
    assert not {"\x1b", "\u202e"} & set(shown)


def test_hostile_cells_and_headings_are_shown_as_text(
    make_console: Build, text_of: Build, hostile: str
) -> None:
    console = make_console(200)
    column = Column(title=hostile, unit=hostile)
    print_table(console, Table(columns=(column,), rows=(Row(cells=(hostile,)),)))
    assert text_of(console).count(r"<b>[red]a|b*\n\x1b[2J\u202e@x=`") == 3
