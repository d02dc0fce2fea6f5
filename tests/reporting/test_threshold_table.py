from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bench.model.load_level import ArrivalRate, Users
from bench.model.threshold import ThresholdVerdict
from bench.reporting.csv_tables import write_thresholds_csv
from bench.reporting.markdown import write_markdown_report
from bench.reporting.terminal import print_sections
from bench.reporting.threshold_table import build_threshold_sections

Build = Callable[..., Any]


def verdict(**changes: Any) -> ThresholdVerdict:
    values: dict[str, Any] = {
        "experiment": "shop",
        "threshold": "p99 < 250ms",
        "stratum": {},
        "load": Users(users=20),
        "name": None,
        "variant": "async",
        "quantity": "p99",
        "against": None,
        "operator": "<",
        "bound": 0.25,
        "unit": "s",
        "value": 0.2,
        "low": 0.19,
        "high": 0.21,
        "level": 0.95,
        "n": 3,
        "method": "t on logs",
        "trials": (1, 2, 3),
        "dropped": 0,
        "verdict": "held",
        "because": "",
    }
    return ThresholdVerdict(**values | changes)


def cells(*verdicts: ThresholdVerdict, column: str) -> list[str]:
    ((table,),) = (section.tables for section in build_threshold_sections(verdicts))
    (index,) = [at for at, each in enumerate(table.columns) if each.title == column]
    return [row.cells[index] for row in table.rows]


def notes(*verdicts: ThresholdVerdict) -> tuple[str, ...]:
    ((table,),) = (section.tables for section in build_threshold_sections(verdicts))
    return table.notes


def test_without_thresholds_there_is_no_section() -> None:
    assert build_threshold_sections(()) == ()


def test_a_section_begins_with_how_many_there_are_of_each_finding() -> None:
    (section,) = build_threshold_sections(
        (verdict(), verdict(verdict="not-measured"), verdict(verdict="crossed"), verdict())
    )

    assert section.title == "Thresholds"
    assert section.paragraphs == ("2 held, 1 CROSSED, 1 not measured.",)


@pytest.mark.parametrize(
    ("changes", "written"),
    [
        ({}, "200 [190, 210] ms"),
        ({"high": None}, "200 [190, ∞) ms"),
        ({"low": None}, "200 (0, 210] ms"),
        ({"low": None, "high": None}, "200 ms"),
        ({"value": None, "low": None, "high": None}, "-"),
        ({"unit": "bytes", "value": 2**20, "low": 2**20, "high": 2**21}, "1.00 [1.00, 2.00] MiB"),
        ({"unit": "1/s", "value": 80, "low": 70, "high": 90}, "80.0 [70.0, 90.0] /s"),
        ({"unit": "", "value": 41, "low": 40.5, "high": 42}, "41 [40.5, 42]"),
        (
            {"unit": "", "quantity": "error_ratio", "value": 0.001, "low": 0, "high": 0.01},
            "0.100 [0, 1.00] %",
        ),
        ({"value": 2.0, "low": 1.5, "high": 2.5}, "2.00 [1.50, 2.50] s"),
    ],
)
def test_a_value_is_written_with_its_interval_in_one_unit(
    changes: dict[str, Any], written: str
) -> None:
    assert cells(verdict(**changes), column="value") == [written]


def test_a_reason_is_said_once_with_its_places() -> None:
    found = [
        verdict(verdict="crossed", because="it is slow", load=ArrivalRate(rate=rate))
        for rate in (1, 2, 3, 4, 5)
    ]

    (note,) = notes(verdict(because="never told"), *found)
    shown = "; ".join(f"p99 < 250ms (async at {rate}/s)" for rate in (1, 2, 3))
    assert note == f"{shown} and 2 more: it is slow."


def test_what_was_not_measured_has_dashes_and_says_why() -> None:
    missing = verdict(
        verdict="not-measured",
        because="nobody knows",
        **dict.fromkeys(("load", "variant", "value", "low", "high")),
    )

    (section,) = build_threshold_sections([missing])

    assert [cells(missing, column=each) for each in ("load", "variant", "value")] == [["-"]] * 3
    assert notes(missing) == ("p99 < 250ms: nobody knows.",)
    assert not section.tables[0].rows[0].counts


def test_names_strata_and_experiments_are_shown_where_there_are_any() -> None:
    found = (verdict(name="GET /", stratum={"rows": 5}), verdict(experiment="other"))

    assert cells(*found, column="request") == ["GET /", ""]
    assert cells(*found, column="stratum") == ["rows=5", ""]
    assert cells(*found, column="experiment") == ["shop", "other"]
    (section,) = build_threshold_sections([verdict()])
    assert "experiment" not in [column.title for column in section.tables[0].columns]


def test_the_caption_tells_ratios_from_values() -> None:
    plain, ratio = (
        build_threshold_sections([verdict(against=against)])[0].tables[0].caption
        for against in (None, "sync.p99")
    )

    assert "95 % interval (t on logs) over n trials" in plain
    assert "ratio of both" not in plain
    assert "ratio of both" in ratio


def test_the_table_fits_a_terminal(make_console: Build, text_of: Build) -> None:
    console = make_console(width=80)

    print_sections(console, build_threshold_sections([verdict(), verdict(verdict="crossed")]))

    assert "CROSSED" in text_of(console)
    assert max(map(len, text_of(console).splitlines())) <= 80


def test_csv_has_a_line_for_each_place() -> None:
    header, line = write_thresholds_csv([verdict(stratum={"rows": 5})]).splitlines()

    told = dict(zip(header.split(","), line.split(","), strict=True))
    assert told["threshold"] == "p99 < 250ms"
    assert (told["stratum.rows"], told["load.users"], told["load.rate"]) == ("5", "20", "")
    assert (told["value"], told["verdict"], told["trials"]) == ("0.2", "held", "1 2 3")


def test_markdown_has_them_before_the_doubts(make_run: Build) -> None:
    report = write_markdown_report(make_run(), [], [], thresholds=[verdict()])

    assert report.index("## Thresholds") < report.index("## Where the doubts are")
    assert r"p99 &lt; 250ms" in report
