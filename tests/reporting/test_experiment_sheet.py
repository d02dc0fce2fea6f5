from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.reporting.experiment_sheet import build_experiment_sheet
from bench.reporting.table import Section

Build = Callable[..., Any]


def facts(sheet: Section) -> dict[str, str]:
    return {row.cells[0]: row.cells[1] for row in sheet.tables[0].rows}


def test_a_small_experiment_shows_what_it_says_and_what_holds_by_default(
    make_experiment: Build,
) -> None:
    sheet = build_experiment_sheet(make_experiment())
    assert sheet.paragraphs == ("Question: A blocking client inside async def",)
    assert facts(sheet) == {
        "factor": "how the handler calls its upstream",
        "file": "/lab/blocking_call.toml",
        "load": "1, 20 users",
        "load model": "closed",
        "connections": "keep-alive",
        "errors allowed": "0 %",
        "timeout": "1 min",
        "window": "6 s",
        "repetitions": "2",
        "same answers": "checked for 8 tasks",
        "target cores": "1",
    }


def test_everything_that_an_experiment_can_say_is_shown(make_experiment: Build) -> None:
    sheet = build_experiment_sheet(
        make_experiment(
            flow=[],
            driver=["drive", "it all"],
            load={"rate": [50], "arrivals": "poisson", "bystander": {"rate": 20, "path": "/ping"}},
            strata={"case": ["lookup", "wait"]},
            services=["postgres", {"name": "cache", "command": ["cached", "-p", "{port}"]}],
            same={"tasks": 1, "ignore": ["header:date", "body"]},
        )
    )
    found = facts(sheet)
    assert found["load model"] == "open, poisson arrivals"
    assert found["requests in flight"] == "at most 1000"
    assert found["bystander"] == "/ping at 20 per second"
    assert found["stratum case"] == "lookup, wait"
    assert found["services"] == "postgres; cache: cached -p '{port}'"
    assert found["driver"] == "drive 'it all'"
    assert found["same answers"] == "checked for 1 task, ignoring header:date, body"


def test_answers_that_are_not_compared_are_said_to_be_so(make_experiment: Build) -> None:
    sheet = build_experiment_sheet(
        make_experiment(flow=[], scenario="shop.py", same={"check": False})
    )
    assert facts(sheet)["same answers"] == "not checked"
    assert facts(sheet)["scenario"] == "shop.py"


def test_variants_are_shown_as_they_are_started(make_experiment: Build) -> None:
    gunicorn = {"name": "gunicorn", "threads": 40, "options": ["--keep-alive", "5"]}
    uvicorn = {"name": "uvicorn"}
    sheet = build_experiment_sheet(
        make_experiment(
            ready="/health",
            variants={
                "threads": {"app": "shop.wsgi:app", "server": gunicorn, "baseline": True},
                "loop": {"app": "shop.asgi:app", "server": uvicorn, "env": {"POOL": "15"}},
                "other": {"command": ["node", "a b.js"], "ready": "/up"},
            },
        )
    )
    assert [row.cells for row in sheet.tables[1].rows] == [
        (
            "threads",
            "baseline",
            "gunicorn shop.wsgi:app --worker-class gthread --threads 40 --workers 1 --keep-alive 5",
            "/health",
            "",
        ),
        (
            "loop",
            "candidate",
            "uvicorn shop.asgi:app --loop uvloop --http httptools --workers 1",
            "/health",
            "POOL=15",
        ),
        ("other", "candidate", "node 'a b.js'", "/up", ""),
    ]


def test_a_flow_and_presets_have_tables(make_experiment: Build) -> None:
    sheet = build_experiment_sheet(
        make_experiment(
            flow=[
                {"path": "/a", "method": "POST", "json": {"x": 1}, "think": "50ms", "status": 201},
                {"path": "/b"},
            ],
            strata={"case": ["lookup", "wait"]},
            presets={
                "smoke": {"users": [2], "window": "2s", "repetitions": 1},
                "quick": {"strata": {"case": ["wait"]}},
            },
        )
    )
    flow, presets = sheet.tables[2:]
    assert [row.cells for row in flow.rows] == [
        ("POST /a", '{"x": 1}', "50 ms", "201"),
        ("GET /b", "", "", ""),
    ]
    assert [row.cells for row in presets.rows] == [
        ("smoke", "2", "2 s", "1", ""),
        ("quick", "", "", "", "case=['wait']"),
    ]


def test_a_search_shows_what_it_looks_for_and_where(make_experiment: Build) -> None:
    sheet = build_experiment_sheet(
        make_experiment(load={"search": "p99 < 250ms", "search_from": 20, "search_to": 5000})
    )
    found = facts(sheet)
    assert found["load"] == "search for p99 < 250ms"
    assert found["load model"] == "open, even arrivals"
    assert found["rates tried"] == "from 20 to at most 5000 per second"
    assert found["requests in flight"] == "at most 1000"


def test_what_a_flow_draws_expects_and_extracts_is_told(make_experiment: Build) -> None:
    sheet = build_experiment_sheet(
        make_experiment(
            flow=[
                {"path": "/${n}", "weight": 2, "expect": {"body": "ok"}, "extract": {"a": "body"}},
                {"path": "/${a}"},
            ],
            values={"n": {"between": [1, 2]}},
        )
    )
    flow, values = sheet.tables[2:]
    assert {"2", 'body = "ok"', "a = body"} <= set(flow.rows[0].cells)
    assert values.rows[0].cells == ("n", '{"between": [1, 2]}')


def test_a_stream_is_told_in_full(make_experiment: Build) -> None:
    stream = {"protocol": "websocket", "path": "/ws", "send": "hi", "silence": "2s"}
    sheet = build_experiment_sheet(make_experiment(flow=[], stream=stream))
    told = dict(row.cells for row in sheet.tables[2].rows)
    assert told == {"protocol": "websocket", "path": "/ws", "send": "hi", "silence": "2 s"}


def test_thresholds_are_shown_with_what_narrows_them(make_experiment: Build) -> None:
    experiment = make_experiment(
        thresholds=["p99 < 1s", {"check": "p50 < 1s", "users": [1, 20], "stratum": {"rows": 5}}],
        strata={"rows": [5]},
    )

    (table,) = [
        each for each in build_experiment_sheet(experiment).tables if each.title == "Thresholds"
    ]

    assert [column.title for column in table.columns] == ["check", "load", "strata"]
    assert [row.cells for row in table.rows] == [
        ("p99 < 1s", "", ""),
        ("p50 < 1s", "1 user, 20 users", "rows=[5]"),
    ]
