from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.model.plan import Fleet
from bench.reporting.listing import build_experiment_list, build_plan_table, build_run_list

Build = Callable[..., Any]


def test_experiments_are_listed_with_their_sets(make_experiment: Build) -> None:
    rated = make_experiment("loop-stall", factor="", load={"rate": [50, 100.5]})
    table = build_experiment_list(
        [make_experiment(), rated], {"core": ["blocking-call"], "all": ["blocking-call"]}
    )
    assert [row.cells for row in table.rows] == [
        (
            "blocking-call",
            "A blocking client inside async def",
            "how the handler calls its upstream",
            "blocking-client, async-client",
            "1, 20 users",
            "core, all",
        ),
        (
            "loop-stall",
            "A blocking client inside async def",
            "",
            "blocking-client, async-client",
            "50, 100.5 per second",
            "",
        ),
    ]


def test_a_plan_lists_its_trials_in_order_with_their_time(make_plan: Build) -> None:
    table = build_plan_table(make_plan(), {1: 20.4, 2: 20.4, 3: 90.0}, 155.0)
    assert table.rows[0].cells == (
        "1",
        "blocking-call",
        "blocking-client",
        "1/2",
        "1 user, 20 users",
        "20 s",
    )
    assert table.rows[3].cells[-1] == "-"
    assert table.notes == ("4 trials, about 2 min 35 s in all.",)
    assert table.caption == "Preset quick, seed 42, pinning auto."


def test_runs_are_listed_with_what_is_whole_and_valid(
    make_run: Build, make_trial: Build, make_judged: Build
) -> None:
    trial = make_trial(steps=(make_judged(), make_judged(valid=False)))
    run = make_run(trials=(trial,), unfinished=(2, 3, 4))
    table = build_run_list([run], {"/results/x": "it has no run.json"})
    assert table.rows[0].cells == (
        "20250101T000000-core",
        "2025-01-01T00:00:00Z",
        "blocking-call",
        "quick",
        "1/4",
        "1/2",
        "Test CPU",
    )
    assert table.notes == ("/results/x can't be read: it has no run.json",)


def test_no_run_is_an_empty_table() -> None:
    assert build_run_list([], {}).rows == ()


def test_a_plan_says_of_a_search_what_it_may_take(make_plan: Build, make_search: Build) -> None:
    table = build_plan_table(make_plan(trials=(make_search(),)), {1: 100.0}, 100.0)
    assert "about 12, to find p99 < 250ms between 10 and 1000/s" in table.rows[0].cells
    assert table.notes[1].startswith("How long a search takes depends on what it finds")


def test_a_search_is_listed_by_what_it_looks_for(make_experiment: Build) -> None:
    searching = make_experiment(load={"search": ["p99 < 250ms", "error_ratio < 1%"]})
    table = build_experiment_list([searching], {})
    assert "search for p99 < 250ms and error_ratio < 1%" in table.rows[0].cells


def test_a_plan_says_how_many_workers_send_the_load(make_plan: Build) -> None:
    plan = make_plan().model_copy(update={"fleet": Fleet(local=2, remote=1)})
    table = build_plan_table(plan, {}, 0.0)
    assert "load from 3 workers, 1 of them elsewhere" in table.caption
    assert "workers" not in build_plan_table(make_plan(), {}, 0.0).caption


def test_a_plan_of_duets_names_both_variants(make_plan: Build, make_duet: Build) -> None:
    table = build_plan_table(make_plan(trials=(make_duet(),)), {1: 8.1}, 8.1)
    assert "blocking-client against async-client, duet" in table.rows[0].cells
