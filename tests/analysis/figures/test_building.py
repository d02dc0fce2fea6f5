from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from bench.analysis.figures.building import FigureBuilder, Undrawn
from bench.model.claim import ClaimFinding, ClaimVerdict
from bench.model.figure import Figure
from bench.model.figure_data import FigureData, KneeMark, Point
from bench.model.knee import Knee

FIGURE: TypeAdapter[Figure] = TypeAdapter(Figure)


def figure(kind: str, **fields: Any) -> Figure:
    about = {"kind": kind, "title": "T", "alt": "A"}
    if kind not in ("forest", "verdicts"):
        about["experiment"] = "shop"
    return FIGURE.validate_python(about | fields)


def built(run: Any, drawn: Figure, slices: Any = None, **given: Any) -> FigureData:
    data = FigureBuilder([run], **given).build("one", drawn, slices or {})
    assert isinstance(data, FigureData), data
    return data


def points(data: FigureData) -> list[Point]:
    return [row for row in data.rows if isinstance(row, Point)]


def test_lines_have_a_point_for_each_variant_and_level_over_the_valid_trials(runs: Any) -> None:
    records = [
        runs.climb("sync", {20: {"throughput_per_s": 8.0}, 10: {"throughput_per_s": 4.0}}),
        runs.climb("sync", {20: {"throughput_per_s": 2.0}, 10: {"throughput_per_s": 4.0}}, 1),
        runs.climb("async", {10: {"throughput_per_s": 5.0}}),
        runs.climb("async", {10: {"throughput_per_s": 50.0, "valid": False}}, 1),
    ]

    data = built(runs.run(records), figure("lines", quantities="throughput"))

    found = [(point.load.users, point.variant, point.n) for point in points(data)]  # type: ignore[union-attr]
    assert found == [(10, "sync", 2), (10, "async", 1), (20, "sync", 2)]
    assert [point.value for point in points(data)] == [4.0, 5.0, pytest.approx(4.0)]
    assert points(data)[1].low is None  # one trial has no interval
    last = points(data)[2]
    assert last.low is not None
    assert last.low < 4 < (last.high or 0)
    assert (data.fewest, data.most, data.left_out) == (1, 2, 0)
    assert data.run_ids == ("one",)
    assert {point.unit for point in points(data)} == {"1/s"}


def test_a_place_without_a_valid_trial_is_left_out_and_counted(runs: Any) -> None:
    records = [
        runs.climb("sync", {10: {"p99_s": 1.0}, 20: {"p99_s": 2.0, "valid": False}}),
        runs.climb("async", {10: {"p99_s": None}}),
    ]

    data = built(runs.run(records), figure("lines", quantities="p99"))

    assert [point.variant for point in points(data)] == ["sync"]
    assert data.left_out == 2


def test_variants_levels_and_conditions_can_be_chosen(runs: Any) -> None:
    file = runs.experiment(strata={"wait_ms": [1, 2]})
    records = [
        runs.climb(variant, {10: {"p50_s": 1.0}, 20: {"p50_s": 2.0}}, stratum={"wait_ms": wait})
        for variant in ("sync", "async")
        for wait in (1, 2)
    ]

    data = built(
        runs.run(records, [file]),
        figure("lines", quantities=["p50"], variants="async", users=20, stratum={"wait_ms": 2}),
    )

    (only,) = points(data)
    assert (only.variant, only.stratum, only.value) == ("async", {"wait_ms": 2}, 2.0)


def test_what_may_be_nothing_has_an_arithmetic_mean(runs: Any) -> None:
    records = [
        runs.climb("sync", {10: {"error_ratio": ratio}}, repetition)
        for repetition, ratio in enumerate((0.0, 0.5))
    ]

    (only,) = points(built(runs.run(records), figure("bars", quantity="error_ratio")))

    assert only.value == 0.25
    assert only.low is not None
    assert only.low < 0


def test_numbers_that_requests_without_an_answer_could_lift_are_open_above(runs: Any) -> None:
    records = [
        runs.climb("sync", {10: {"p99_s": 1.0 + repetition, "at_least": ("p99_s",)}}, repetition)
        for repetition in range(2)
    ]

    (only,) = points(built(runs.run(records), figure("bars", quantity="p99")))

    assert only.at_least
    assert (only.low is None, only.high) == (False, None)


def test_a_slope_is_one_bar_for_each_variant(runs: Any) -> None:
    records = [
        runs.climb("sync", {level: {"pss_bytes": 1000 + 5 * level, "rss_bytes": 1} for level in
                            (10, 20, 40)}, repetition)
        for repetition in range(2)
    ]  # fmt: skip

    (only,) = points(built(runs.run(records), figure("bars", quantity="slope(memory)")))

    assert (only.load, only.n, only.unit) == (None, 2, "bytes")
    assert only.value == pytest.approx(5.0)


def test_a_spectrum_merges_the_histograms_of_the_highest_level(runs: Any, build: Any) -> None:
    records = [runs.climb("sync", {10: {}, 20: {}}, repetition) for repetition in range(2)]
    run = runs.run(records)
    drawn = figure("spectrum")
    slices = {
        number: [
            build.requests([1000] * 90, step=1),
            build.requests([9000] * 10, step=1),
            build.requests([77_000] * 50, step=1, outcome="http-503"),
            build.requests([77_000] * 50, step=1, phase="drain"),
            build.requests([77_000] * 50, step=0),
            build.generator(step=1),
        ]
        for number in (1, 2)
    }

    builder = FigureBuilder([run])
    assert [number for _, number in builder.needed_slices(drawn)] == [1, 2]
    data = builder.build("one", drawn, slices)

    assert isinstance(data, FigureData)
    first, last = data.rows[0], data.rows[-1]
    assert (first.quantile, first.response_s, first.requests, first.n) == (0.0, 0.001, 200, 2)  # type: ignore[union-attr]
    assert last.response_s == pytest.approx(0.009, rel=0.001)  # type: ignore[union-attr]
    assert 1 - last.quantile >= 1 / 200  # type: ignore[union-attr]


def test_a_time_line_is_of_the_first_trial_second_by_second(runs: Any, build: Any) -> None:
    records = [
        runs.climb("sync", {10: {"valid": False}}),
        runs.climb("sync", {10: {}}, 1),
        runs.climb("sync", {10: {}}, 2),
    ]
    drawn = figure("timeline")
    bystander = {"group": "bystander"}
    slices = {
        2: [
            build.requests([1000, 3000], slice=0, phase="warm-up", **bystander),
            build.requests([2000], slice=2, **bystander),
            build.requests([8000], slice=2, name="GET /x", **bystander),
            build.requests([99_000], slice=2),
            build.requests([], slice=3, **bystander),
            build.requests([99_000], slice=2, phase="drain", **bystander),
            build.requests([500], slice=4, phase="drain", **bystander),
        ]
    }

    builder = FigureBuilder([runs.run(records)])
    assert [number for _, number in builder.needed_slices(drawn)] == [2]
    data = builder.build("one", drawn, slices)

    assert isinstance(data, FigureData)
    seen = [(row.at_s, row.in_window, row.requests, row.p50_s, row.max_s) for row in data.rows]  # type: ignore[union-attr]
    assert seen == [
        (0.0, False, 2, 0.001, pytest.approx(0.003, rel=0.001)),
        (2.0, True, 2, pytest.approx(0.002, rel=0.001), pytest.approx(0.008, rel=0.001)),
    ]


def test_raw_files_are_needed_by_two_kinds_alone_and_of_solo_trials(runs: Any) -> None:
    run = runs.run([runs.climb("sync", {10: {}}, mode="duet")])
    builder = FigureBuilder([run])

    assert builder.needed_slices(figure("bars", quantity="p50")) == ()
    assert builder.needed_slices(figure("spectrum")) == ()
    assert builder.needed_slices(figure("spectrum", experiment="other")) == ()
    found = builder.build("one", figure("spectrum"), {})
    assert found == Undrawn("one", "no valid step of shop has what it shows")


@pytest.mark.parametrize(
    ("steps", "asked", "because"),
    [
        (
            {10: {"p50_s": 1.0}, 2: {"p50_s": 1.0}},
            {"users": [50, 40]},
            "it is narrowed to 40 users, 50 users, and the run has shop at 2 users, 10 users",
        ),
        ({10: {"p50_s": 1.0, "valid": False}}, {}, "no step of shop that it is about counts"),
        ({10: {"p50_s": None}}, {}, "no valid step of shop has what it shows"),
    ],
)
def test_a_figure_without_rows_says_why(
    runs: Any, steps: dict[int, Any], asked: dict[str, Any], because: str
) -> None:
    run = runs.run([runs.climb("sync", steps)])

    found = FigureBuilder([run]).build("one", figure("bars", quantity="p50", **asked), {})

    assert found == Undrawn("one", because)


def test_a_trade_off_has_both_quantities_and_the_knees(runs: Any) -> None:
    knee = Knee(
        conditions=(), end="found", holds_per_s=100.0, fails_per_s=110.0, because="p99 above"
    )
    level = {50: {"throughput_per_s": 50.0, "p99_s": 0.1}}
    file = runs.experiment(load={"search": ["p99 < 250ms"]})
    records = [
        runs.climb(variant, level, repetition, knee=knee, model="rate")
        for variant in ("sync", "async")
        for repetition in range(2)
    ]
    run = runs.run(records, [file])

    data = built(run, figure("trade-off", variants=["sync"]))

    assert {(point.quantity, point.variant) for point in points(data)} == {
        ("throughput", "sync"),
        ("p99", "sync"),
    }
    (mark,) = [row for row in data.rows if isinstance(row, KneeMark)]
    assert (mark.variant, mark.rate_per_s, mark.n) == ("sync", pytest.approx(100.0), 2)


def pairs(runs: Any, experiment: str = "shop") -> list[Any]:
    return [
        runs.climb(
            variant,
            {10: {"throughput_per_s": value * (1 + repetition / 100), "p50_s": 1 / value}},
            repetition,
            experiment=experiment,
        )
        for variant, value in (("sync", 10.0), ("async", 30.0))
        for repetition in range(3)
    ]


def test_a_forest_has_the_ratios_that_are_asked_for(runs: Any) -> None:
    run = runs.run(pairs(runs))

    data = built(run, figure("forest", quantities="throughput"))

    (ratio,) = data.rows
    assert (ratio.quantity, ratio.candidate, ratio.n) == ("throughput_per_s", "async", 3)  # type: ignore[union-attr]
    assert ratio.ratio == pytest.approx(3.0)  # type: ignore[union-attr]
    everything = built(run, figure("forest", experiments="shop"))
    assert {row.quantity for row in everything.rows} == {"throughput_per_s", "p50_s"}  # type: ignore[union-attr]
    none = FigureBuilder([run]).build("one", figure("forest", experiments="other"), {})
    assert none == Undrawn("one", "no run has a valid ratio that it shows")


def test_a_forest_leaves_out_ratios_of_fewer_pairs_than_it_asks_for(runs: Any) -> None:
    run = runs.run(pairs(runs))

    assert len(built(run, figure("forest", quantities="throughput", least_pairs=3)).rows) == 1
    few = FigureBuilder([run]).build("one", figure("forest", least_pairs=4), {})
    assert few == Undrawn("one", "its ratios are of 3 pairs of trials at most, and it asks for 4")
    lone = runs.run([each for each in pairs(runs) if each.trial.repetition == 0])
    few = FigureBuilder([lone]).build("one", figure("forest", least_pairs=2), {})
    assert few == Undrawn("one", "its ratios are of one pair of trials at most, and it asks for 2")


def test_a_forest_takes_each_experiment_from_the_last_run_that_has_it(runs: Any) -> None:
    both = [runs.experiment("shop"), runs.experiment("bar")]
    first = runs.run([*pairs(runs), *pairs(runs, "bar")], both)
    second = runs.run(pairs(runs), run_id="two")

    data = FigureBuilder([first, second]).build(
        "one", figure("forest", quantities="throughput"), {}
    )

    assert isinstance(data, FigureData)
    assert [row.experiment for row in data.rows] == ["bar", "shop"]  # type: ignore[union-attr]
    assert data.run_ids == ("one", "two")


def test_a_matrix_has_the_ratios_of_its_quantity(runs: Any) -> None:
    run = runs.run(pairs(runs))
    data = built(run, figure("matrix", quantity="throughput", columns="kind"))
    assert [row.quantity for row in data.rows] == ["throughput_per_s"]  # type: ignore[union-attr]
    memory = FigureBuilder([run]).build(
        "one", figure("matrix", quantity="memory", columns="kind"), {}
    )
    assert isinstance(memory, Undrawn)


def test_ratios_that_are_not_valid_are_counted(runs: Any) -> None:
    records = [
        runs.climb(variant, {10: {"p50_s": 1.0, "valid": repetition > 0}}, repetition)
        for variant in ("sync", "async")
        for repetition in range(3)
    ]
    data = FigureBuilder([runs.run([*records, *pairs(runs, "bar")], [
        runs.experiment(), runs.experiment("bar")
    ])]).build("one", figure("forest"), {})  # fmt: skip
    assert isinstance(data, FigureData)
    assert data.left_out == 1


def test_verdicts_are_those_that_were_judged(runs: Any, build_evidence: Any) -> None:
    verdict = ClaimVerdict(
        id="C1",
        says="It is faster.",
        verdict=ClaimFinding.SUPPORTED,
        because="so",
        evidence=(build_evidence(),),
    )
    run = runs.run(pairs(runs))
    drawn = figure("verdicts")

    data = built(run, drawn, verdicts=[verdict])

    (row,) = data.rows
    assert (row.id, row.verdict) == ("C1", "supported")  # type: ignore[union-attr]
    assert FigureBuilder([run], [verdict]).applies(drawn)
    assert not FigureBuilder([run]).applies(drawn)
    assert FigureBuilder([run]).build("one", drawn, {}) == Undrawn("one", "the suite has no claims")


def test_what_a_run_does_not_have_is_told(runs: Any) -> None:
    run = runs.run(pairs(runs), skipped={"shop": "it needs 8 cores"})
    builder = FigureBuilder([run])
    elsewhere = figure("bars", quantity="p50", experiment="other")

    assert builder.build("one", elsewhere, {}) == Undrawn("one", "no run has other")
    skipped = builder.build("one", figure("bars", quantity="p50"), {})
    assert skipped == Undrawn("one", "shop was skipped: it needs 8 cores")
    assert not builder.applies(elsewhere)
    assert builder.applies(figure("forest"))
    assert not builder.applies(figure("forest", experiments="other"))
