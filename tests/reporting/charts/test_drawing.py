"""Specifications are checked against Vega-Lite's schema by Altair, as they are made."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bench.model.figure_data import FigureData
from bench.reporting.charts.drawing import draw_chart, draw_figure
from bench.reporting.charts.look import DARK, LOOKS, PRINT, configure
from bench.reporting.charts.rendering import render

Draw = Callable[..., FigureData]
KINDS = ("lines", "bars", "trade-off", "spectrum", "timeline", "matrix", "forest", "verdicts")


def marks(spec: Any, data: Any = None) -> Iterator[dict[str, Any]]:
    """Yield all marks of a specification, however deep they are, each with its data."""
    if isinstance(spec, dict):
        data = spec.get("data", data)
        if "mark" in spec:
            yield spec | {"data": data}
        for value in spec.values():
            yield from marks(value, data)
    elif isinstance(spec, list):
        for value in spec:
            yield from marks(value, data)


def values_of(spec: dict[str, Any], mark: dict[str, Any]) -> list[dict[str, Any]]:
    data = mark["data"]
    return list(data["values"] if "values" in data else spec["datasets"][data["name"]])


def drawn(spec: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Return the rows of all marks of one kind."""
    return [
        row for mark in marks(spec) if mark["mark"]["type"] == kind for row in values_of(spec, mark)
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_title_caption_and_words(kind: str, make_figure: Draw, make_run: Any) -> None:
    spec = draw_figure(make_figure(kind), [make_run().record], PRINT)

    assert spec["description"] == f"What the {kind} shows."
    assert spec["title"]["text"] == f"A {kind}"
    caption = " ".join(spec["title"]["subtitle"])
    for told in ("20250101T000000-core", "Test CPU, 2 cores", "3.11.9", "pairbench 0.1.0"):
        assert told in caption
    assert spec["config"]["background"] == "#ffffff"


@pytest.mark.parametrize("kind", KINDS)
def test_for_a_page_it_is_the_same_in_all_colours(kind: str, make_figure: Draw) -> None:
    spec = draw_chart(make_figure(kind))
    assert "config" not in spec
    text = json.dumps(spec)
    for look in LOOKS.values():
        for colour in (*look.series, look.ink, look.muted, look.low, look.high):
            assert colour not in text


def test_lines_have_their_numbers_in_the_axis_unit_and_intervals_over_trials(
    make_figure: Draw,
    make_point: Any,
) -> None:
    rows = [
        make_point("loop", 10, 0.002, unit="s"),
        make_point("loop", 40, 0.004, unit="s", at_least=True),
    ]

    spec = draw_chart(make_figure("lines", rows, quantities="p99"))

    first, second = drawn(spec, "point")
    assert (first["x"], first["y"]) == (10.0, pytest.approx(2.0))
    assert first["shown"] == "2.00 ms (1.80 ms to 2.20 ms)"
    assert second["shown"].startswith("at least 4.00 ms")
    assert [row["low"] for row in drawn(spec, "rule")] == [pytest.approx(1.8), pytest.approx(3.6)]


def test_one_trial_has_no_bar_of_error_and_the_caption_says_so(
    make_figure: Draw, make_run: Any, make_point: Any
) -> None:
    rows = [make_point("loop", users, 5.0, low=None, high=None, n=1) for users in (10, 40)]

    spec = draw_figure(make_figure("lines", rows), [make_run().record], PRINT)

    assert drawn(spec, "rule") == []
    assert "n\u00a0=\u00a01, so no intervals" in " ".join(spec["title"]["subtitle"])


def test_labels_stand_at_the_ends_of_lines_and_apart(make_figure: Draw, make_point: Any) -> None:
    rows = [make_point(name, users, 100.0) for name in ("a", "b", "c") for users in (10, 40)]

    labels = drawn(draw_chart(make_figure("lines", rows)), "text")

    assert {label["series"] for label in labels} == {"a", "b", "c"}
    assert len({round(label["y"], 6) for label in labels}) == 3


def test_names_of_lines_that_end_at_the_bottom_stand_above_the_axis(
    make_figure: Draw, make_point: Any
) -> None:
    rows = [make_point(name, users, 0.0) for name in ("a", "b") for users in (10, 40)]
    rows += [make_point("far", users, 100.0) for users in (10, 40)]

    labels = drawn(draw_chart(make_figure("lines", rows)), "text")

    assert min(label["y"] for label in labels) > 1


@pytest.mark.parametrize(
    ("levels", "values", "ticks"),
    [
        ((10, 200), (1000.0, 990.0), {"10", "200", "0", "400", "600", "800", "1,000"}),
        ((1, 5000, 10000), (0.001, 0.1, 0.2), {"1", "5k", "10k", "0.001", "0.01", "0.1"}),
    ],
)
def test_ticks_are_decimals_and_short(
    make_figure: Draw,
    make_point: Any,
    levels: tuple[int, ...],
    values: tuple[float, ...],
    ticks: set[str],
) -> None:
    rows = [
        make_point("loop", level, value, unit="jobs")
        for level, value in zip(levels, values, strict=True)
    ]
    data = make_figure("lines", rows, quantities="observed(jobs)")

    svg = render(draw_figure(data, [], PRINT), "svg").decode()

    assert ticks <= set(re.findall(r">([^<>]+)</text>", svg))


def test_each_stratum_has_a_panel_and_a_condition_can_be_the_axis(
    make_figure: Draw, make_point: Any
) -> None:
    rows = [
        make_point("loop", 10, 5.0, stratum={"wait_ms": wait, "rows": size})
        for wait in (1, 2)
        for size in (10, 20)
    ]

    over_load = draw_chart(make_figure("lines", rows))
    over_size = draw_chart(make_figure("lines", rows, over="rows"))

    assert len(over_load["concat"]) == 4
    assert [panel["title"]["text"] for panel in over_size["concat"]] == [
        "wait_ms=1, 10 users",
        "wait_ms=2, 10 users",
    ]
    assert {row["x"] for row in drawn(over_size, "point")} == {10.0, 20.0}


def test_a_reference_is_a_line_or_grows_with_the_users(make_figure: Draw, make_point: Any) -> None:
    rows = [make_point("loop", users, 1e6, unit="bytes") for users in (10, 40)]
    references = [
        {"label": "flat", "at": "1MiB"},
        {"label": "each", "at": "1MiB", "for_each_user": True},
    ]

    spec = draw_chart(make_figure("lines", rows, quantities="memory", references=references))

    lines = [values_of(spec, mark) for mark in marks(spec) if mark["mark"]["type"] == "line"]
    assert [row["y"] for row in lines[0]] == [1.0, 1.0]
    assert [row["y"] for row in lines[1]] == [10.0, 40.0]
    assert {"flat", "each"} <= {row.get("label") for row in drawn(spec, "text")}


def test_two_quantities_are_lines_of_their_own(make_figure: Draw, make_point: Any) -> None:
    rows = [
        make_point("loop", users, 0.1, unit="s", quantity=quantity)
        for quantity in ("p50", "p99")
        for users in (10, 40)
    ]
    spec = draw_chart(make_figure("lines", rows, quantities=["p50", "p99"]))
    assert {row["series"] for row in drawn(spec, "point")} == {"loop p50", "loop p99"}


def test_bars_begin_at_zero_and_say_their_number(make_figure: Draw) -> None:
    spec = draw_chart(make_figure("bars", references=[{"label": "limit", "at": "100/s"}]))
    (bars,) = [mark for mark in marks(spec) if mark["mark"]["type"] == "bar"]
    assert bars["encoding"]["x"]["scale"]["type"] == "linear"
    assert bars["encoding"]["x"]["scale"]["domain"][0] == 0
    assert {"30.0 /s", "90.0 /s"} <= {row.get("shown") for row in drawn(spec, "text")}
    assert "limit" in {row.get("label") for row in drawn(spec, "text")}


def test_a_trade_off_leaves_out_what_lacks_one_side_and_marks_knees(
    make_figure: Draw, make_point: Any, rows_of: Any
) -> None:
    rows = list(rows_of["trade-off"])
    rows.append(make_point("threads", 800, 7.0))

    spec = draw_chart(make_figure("trade-off", rows))

    assert len(drawn(spec, "point")) == 6
    (knee,) = drawn(spec, "rule")
    assert (knee["series"], knee["x"], knee["low"]) == ("loop", 300.0, 280.0)
    without = draw_chart(make_figure("trade-off", rows_of["trade-off"][:-1]))
    assert drawn(without, "rule") == []


def test_names_in_a_trade_off_stand_at_the_ends_of_their_own_lines(
    make_figure: Draw, make_point: Any
) -> None:
    rows = [
        make_point(variant, users, value, quantity=quantity, unit=unit)
        for variant, throughput in (("loop", 300.0), ("pool", 40.0))
        for users in (10, 40)
        for quantity, value, unit in (("throughput", throughput * users, "1/s"), ("p99", 0.1, "s"))
    ]

    spec = draw_chart(make_figure("trade-off", rows))

    assert {row["series"]: row["x"] for row in drawn(spec, "text")} == {
        "loop": 12_000.0,
        "pool": 1_600.0,
    }


def test_no_frame_is_drawn_through_the_text_of_claims(make_figure: Draw) -> None:
    assert draw_chart(make_figure("verdicts"))["view"] == {"stroke": None}


def test_a_spectrum_is_drawn_by_nines(make_figure: Draw) -> None:
    spec = draw_chart(make_figure("spectrum"))
    xs = sorted({round(row["x"], 6) for row in drawn(spec, "point")})
    assert xs == [0.0, 0.30103, 1.0, 2.0, 3.0]


def test_a_matrix_has_a_cell_for_each_pair(make_figure: Draw) -> None:
    rows = drawn(draw_chart(make_figure("matrix")), "rect")
    assert [(row["row"], row["column"], row["ratio"]) for row in rows] == [
        ("thread", "sleep", "7.90 x"),
        ("process", "sleep", "2.00 x"),
        ("thread", "python", "1.00 x"),
    ]
    assert [round(row["doublings"], 2) for row in rows] == [2.98, 1.0, 0.0]


def test_a_matrix_is_the_darker_the_farther_from_one(make_figure: Draw, make_ratio: Any) -> None:
    rows = [
        make_ratio("thread", ratio, stratum={"kind": f"{ratio}"}) for ratio in (0.2, 0.7, 1.5, 7.0)
    ]

    svg = render(draw_figure(make_figure("matrix", rows), [], PRINT), "svg").decode()

    cells = re.findall(r'<path aria-label="[^"]*column: [^"]*"[^>]*fill="rgb\(([^"]+)\)"', svg)
    assert len(cells) == 4
    lightness = [sum(map(int, fill.split(","))) for fill in cells]
    assert lightness[0] < lightness[1]
    assert lightness[2] > lightness[3]


def test_a_line_of_seconds_goes_on_to_the_end_of_the_last(make_figure: Draw) -> None:
    spec = draw_chart(make_figure("timeline"))
    points, line = drawn(spec, "point"), drawn(spec, "line")
    assert max(row["x"] for row in line) == max(row["x"] for row in points) + 1


def test_a_forest_tells_sides_by_the_interval(
    make_figure: Draw, make_ratio: Any, rows_of: Any
) -> None:
    rows = [*rows_of["forest"], make_ratio("quick", 4.0)]
    points = drawn(draw_chart(make_figure("forest", rows)), "point")
    found = {row["label"].split(" · ")[-1]: row["side"] for row in points}
    assert found == {
        "thread / inline": "below",
        "process / inline": "either",
        "other / inline": "either",
        "quick / inline": "above",
    }


@pytest.mark.parametrize(
    ("quantity", "title", "named"),
    [
        ("p99_s", "ratio, candidate / baseline", True),
        ("throughput_per_s", "ratio of throughput, candidate / baseline", False),
    ],
)
def test_a_forest_names_a_quantity_on_its_axis_where_all_share_it(
    make_figure: Draw, make_ratio: Any, quantity: str, title: str, named: bool
) -> None:
    rows = [make_ratio("thread", 2.0), make_ratio("process", 3.0, quantity=quantity)]

    chart = draw_chart(make_figure("forest", rows))

    assert ("throughput" in drawn(chart, "text")[0]["label"]) is named
    titles = [mark["encoding"]["x"].get("title") for mark in marks(chart)]
    assert title in titles


def test_a_long_claim_is_cut_in_the_picture_alone(make_figure: Draw) -> None:
    _, second = drawn(draw_chart(make_figure("verdicts")), "bar")
    assert len(second["claim"]) < 120
    assert len(second["says"]) == 300


def test_names_that_others_chose_show_as_text(
    make_figure: Draw, hostile: str, make_point: Any
) -> None:
    rows = [make_point(hostile, users, 5.0) for users in (10, 40)]
    text = json.dumps(draw_chart(make_figure("lines", rows)), ensure_ascii=False)
    assert "\x1b" not in text
    assert "\u202e" not in text


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_text_is_readable_on_all_that_it_stands_on() -> None:
    """WCAG AA asks for 4.5 of text, and for 3 of lines and marks."""
    papers = {"print": "#ffffff", "light": "#ffffff", "dark": "#161616"}
    for look in LOOKS.values():
        paper = papers[look.name]
        for ground in (paper, look.low, look.middle, look.high, *look.verdicts):
            assert contrast(look.ink, ground) >= 4.5, (look.name, ground)
        assert contrast(look.muted, paper) >= 4.5
    assert configure(DARK)["range"]["category"] == list(DARK.series)


def test_series_can_be_told_apart_in_grey() -> None:
    for look in LOOKS.values():
        shades = sorted(luminance(colour) for colour in look.series[:2])
        assert shades[1] - shades[0] > 0.03
