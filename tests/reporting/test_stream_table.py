from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.model.condensed import Spread
from bench.reporting.stream_table import build_stream_table
from bench.reporting.table import Table

Build = Callable[..., Any]


def columns(table: Table | None) -> dict[str, list[str]]:
    assert table is not None
    return {
        column.heading: [row.cells[index] for row in table.rows]
        for index, column in enumerate(table.columns)
    }


def test_a_line_tells_what_the_streams_brought(make_row: Build, make_streams: Build) -> None:
    streams = make_streams(
        open=1000,
        events_per_s=5000,
        connect_p50_s=0.002,
        first_event_p50_s=0.003,
        first_event_p99_s=0.03,
        gap_p50_s=0.2,
        gap_p99_s=0.4,
        delivery_p50_s=0.001,
        delivery_p99_s=0.01,
        lost=1,
        duplicated=2,
        reordered=1300,
    )
    table = build_stream_table([make_row(streams=streams)], title="Streams")
    assert columns(table) == {
        "load": ["20 users"],
        "variant": ["blocking-client"],
        "n": ["1/1"],
        "open": ["1,000"],
        "events (/s)": ["5,000"],
        "connect p50 (ms)": ["2.00"],
        "first event p50 (ms)": ["3.00"],
        "first event p99 (ms)": ["30.0"],
        "gap p50 (ms)": ["200"],
        "gap p99 (ms)": ["400"],
        "delivery p50 (ms)": ["1.00"],
        "delivery p99 (ms)": ["10.0"],
        "lost": ["1"],
        "duplicated": ["2"],
        "reordered": ["1,300"],
    }


def test_streams_that_tell_no_numbers_nor_stamps_have_no_columns_for_them(
    make_row: Build, make_streams: Build
) -> None:
    table = build_stream_table([make_row(streams=make_streams(events_per_s=5))])
    assert list(columns(table)) == [
        "load",
        "variant",
        "n",
        "events (/s)",
        "lost",
        "duplicated",
        "reordered",
    ]


def test_without_streams_there_is_no_table(make_row: Build) -> None:
    assert build_stream_table([make_row(), make_row(name="GET /")]) is None


def test_names_stand_beside_all_of_them_where_there_are_several(
    make_row: Build, make_streams: Build
) -> None:
    whole, one, two = (
        make_row(name=name, streams=make_streams(events_per_s=5)) for name in (None, "SSE", "WS")
    )
    beside = make_row(name="GET /")
    assert "stream" not in columns(build_stream_table([whole, one, beside]))
    assert columns(build_stream_table([whole, one, two, beside]))["stream"] == ["all", "SSE", "WS"]


def test_a_line_that_does_not_count_is_marked(make_row: Build, make_streams: Build) -> None:
    table = build_stream_table([make_row(valid=False, invalid=(1,), streams=make_streams())])
    assert columns(table)["n"] == ["0/1†"]
    assert table is not None
    assert not table.rows[0].counts


def test_a_range_over_trials_is_not_shown(make_row: Build, make_streams: Build) -> None:
    spread = Spread(median=5, low=1, high=9)
    row = make_row(trials=(1, 2), streams=make_streams(events_per_s=spread))
    assert columns(build_stream_table([row]))["events (/s)"] == ["5.00"]
