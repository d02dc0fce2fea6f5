from __future__ import annotations

import json
from typing import Any

import pytest

from bench.model.calibration import Calibration, Throughput
from bench.model.caution import Caution, CautionCode
from bench.reporting.calibration_document import write_calibration_document
from bench.reporting.calibration_line import write_calibration_line
from bench.reporting.calibration_table import build_calibration_section


def throughput(median: float, rounds: int = 3) -> Throughput:
    return Throughput(
        median_per_s=median, low_per_s=median - 1000, high_per_s=median + 1000, rounds=rounds
    )


def calibration(**changes: Any) -> Calibration:
    fields: dict[str, Any] = {
        "measured_at": "2026-01-02T03:04:05+00:00",
        "pairbench": "0.1.0",
        "fingerprint": "f00d",
        "url": None,
        "users": 64,
        "window_s": 2.0,
        "flow": throughput(71_000),
        "task": throughput(31_000),
        "p50_s": 0.0005,
        "p99_s": 0.0015,
        "floor_p50_s": 0.00004,
        "floor_p99_s": 0.00009,
        "generator_cpu_ratio": 0.99,
        "target_cpu_ratio": 0.5,
        "generator_limited": True,
        "noise_ratio": 0.02,
        "bytes_per_user": 10_240.0,
        "users_per_process": 19_900,
        "shared_core": False,
    }
    return Calibration(**fields | changes)


def test_a_calibration_is_told_in_one_line() -> None:
    assert write_calibration_line(calibration()) == (
        "71,000 flows/s, 31,000 tasks/s on this machine (calibrated 2026-01-02)"
    )


def test_without_a_calibration_the_line_says_how_to_get_one() -> None:
    assert write_calibration_line(None) == "not calibrated: bench calibrate"


def test_the_document_is_the_record_with_both_medians_on_top() -> None:
    document = json.loads(write_calibration_document(calibration()))
    assert (document["flow_per_s"], document["task_per_s"]) == (71_000, 31_000)
    assert document["generator_cpu_ratio"] == 0.99
    medians = {"flow_per_s", "task_per_s"}
    assert document.keys() - medians == set(Calibration.model_fields)


def test_the_table_shows_each_figure_in_its_unit() -> None:
    (table,) = build_calibration_section(calibration()).tables
    assert [row.cells for row in table.rows] == [
        ("declared flows", "71,000 per second (70,000 to 72,000)"),
        ("tasks in Python", "31,000 per second (30,000 to 32,000)"),
        ("response time", "p50 500 µs, p99 1.5 ms"),
        ("of a single user", "p50 40 µs, p99 90 µs"),
        ("generator's CPU", "99.0 % of a core"),
        ("target's CPU", "50.0 % of a core"),
        ("noise of rounds", "2.00 % standard deviation"),
        ("memory per user", "10.0 KiB"),
        ("users per process", "19,900, by the limits of this system"),
    ]


def test_what_was_not_measured_has_no_line() -> None:
    bare = calibration(
        url="http://127.0.0.1:8080/ping",
        flow=throughput(71_000, rounds=1),
        floor_p50_s=None,
        floor_p99_s=None,
        target_cpu_ratio=None,
        noise_ratio=None,
        bytes_per_user=None,
        users_per_process=None,
    )
    section = build_calibration_section(bare)
    assert section.paragraphs[0] == (
        "Against http://127.0.0.1:8080/ping: 64 users, windows of 2 s, 1 round"
    )
    assert [row.cells for row in section.tables[0].rows] == [
        ("declared flows", "71,000 per second"),
        ("tasks in Python", "31,000 per second (30,000 to 32,000)"),
        ("response time", "p50 500 µs, p99 1.5 ms"),
        ("generator's CPU", "99.0 % of a core"),
    ]


STARVED = Caution(code=CautionCode.GENERATOR_STARVED, detail="flows: it waited")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "this is its ceiling"),
        ({"generator_limited": False}, "the generator can do more"),
        ({"generator_limited": False, "cautions": (STARVED,)}, "other work on this machine"),
        ({"shared_core": True}, "share one core"),
    ],
)
def test_it_is_said_what_was_the_limit(changes: dict[str, Any], said: str) -> None:
    table = build_calibration_section(calibration(**changes)).tables[0]
    assert said in table.notes[0]


def test_doubts_are_shown_with_where_they_were_raised() -> None:
    _, cautions = build_calibration_section(calibration(cautions=(STARVED,))).tables
    assert [row.cells for row in cautions.rows] == [("generator-starved", "flows: it waited")]
