from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.model.load_level import Users
from bench.reporting.answers import build_answers, write_ratio

Build = Callable[..., Any]


def test_the_highest_level_is_told_with_what_it_means(
    make_plan: Build, make_comparison: Build
) -> None:
    fields = {"quantity": "throughput_per_s", "n": 3}
    comparisons = [
        make_comparison(load=Users(users=1), ratio=1.0, low=0.9, high=1.1, **fields),
        make_comparison(load=Users(users=20), ratio=4.0, low=3.5, high=4.5, **fields),
        make_comparison(load=Users(users=20), quantity="p99_s", ratio=0.5, low=0.4, high=0.6, n=3),
        make_comparison(load=Users(users=40), ratio=9.0, valid=False, **fields),
        make_comparison(experiment="other", ratio=2.0, low=1.5, high=2.5, **fields),
    ]

    section = build_answers(make_plan(), comparisons)

    assert section is not None
    (table,) = section.tables
    (row,) = table.rows
    said = dict(zip([column.title for column in table.columns], row.cells, strict=True))
    assert said["load"] == "20 users"
    assert said["throughput"] == "higher: 4.00 [3.50, 4.50]"
    assert said["p99"] == "lower: 0.500 [0.400, 0.600]"
    assert (said["memory"], said["n"]) == ("-", "3")


def test_what_cannot_be_told_is_said_so(make_comparison: Build) -> None:
    unsure = make_comparison(ratio=1.02, low=0.9, high=1.1)
    single = make_comparison(ratio=1.02, low=None, high=None)
    assert write_ratio(unsure) == "cannot tell: 1.02 [0.900, 1.10]"
    assert write_ratio(single) == "1.02 (no interval)"


def test_duets_and_knees_stand_for_themselves(make_plan: Build, make_comparison: Build) -> None:
    fields = {"ratio": 2.0, "low": 1.5, "high": 2.5}
    section = build_answers(
        make_plan(),
        [
            make_comparison(mode="duet", quantity="throughput_per_s", **fields),
            make_comparison(load=None, quantity="knee_per_s", **fields),
        ],
    )
    assert section is not None
    first = [row.cells[0] for row in section.tables[0].rows]
    assert first == ["blocking-call, duets", "blocking-call"]


def test_nothing_compared_has_no_answers(make_plan: Build, make_comparison: Build) -> None:
    assert build_answers(make_plan(), []) is None
    assert build_answers(make_plan(), [make_comparison(ratio=None, valid=False)]) is None
