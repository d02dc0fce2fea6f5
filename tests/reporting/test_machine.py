from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.model.advice import Advice
from bench.model.plan import Placement
from bench.reporting.machine import build_machine_report

Build = Callable[..., Any]


def test_a_machine_is_told_with_its_placement_and_the_advice(make_environment: Build) -> None:
    advice = (
        Advice(topic="swap", state="good", finding="none is used"),
        Advice(topic="cores", state="bad", finding="one", remedy="Take two."),
    )
    section = build_machine_report(make_environment(), Placement(target=(0, 2)), advice)
    assert section.paragraphs == (
        "Test CPU, 2 cores, 8.0 GiB",
        "Linux 6.1, 3.11.9",
        "Fingerprint: f00d",
        "Generator: not calibrated: bench calibrate",
    )
    placement, told = section.tables
    assert [row.cells for row in placement.rows] == [
        ("target", "0, 2"),
        ("generator", "any"),
        ("services and harness", "any"),
    ]
    assert [row.cells for row in told.rows] == [
        ("swap", "good", "none is used", "-"),
        ("cores", "bad", "one", "Take two."),
    ]
