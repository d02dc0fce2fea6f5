from __future__ import annotations

import json
from collections.abc import Callable
from math import inf, nan
from typing import Any

from bench.model.gate import GateReport, SelfCheck
from bench.reporting.gate_json import write_gate_json

Build = Callable[..., Any]


def _refuse(constant: str) -> None:
    raise AssertionError(constant)


def test_the_document_is_the_report(make_gate: Build, self_check: SelfCheck) -> None:
    report = make_gate(self_check=self_check)
    assert GateReport.model_validate_json(write_gate_json(report)) == report


def test_what_is_no_number_is_null(make_gate: Build, make_gate_row: Build) -> None:
    text = write_gate_json(make_gate(rows=(make_gate_row(ratio=nan, high=inf, low=None),)))
    row = json.loads(text, parse_constant=_refuse)["rows"][0]
    assert (row["ratio"], row["low"], row["high"]) == (None, None, None)


def test_the_text_is_ascii_without_control_characters(make_gate: Build, hostile: str) -> None:
    text = write_gate_json(make_gate(because=f"{hostile}\x7fé"))
    assert text.isascii()
    assert not {"\x1b", "\x7f"} & set(text)
    assert json.loads(text)["because"] == f"{hostile}\x7fé"
