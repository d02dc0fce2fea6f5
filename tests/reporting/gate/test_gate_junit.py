from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.model.gate import GateFailure, GateVerdict
from bench.reporting.gate_junit import write_gate_junit

Build = Callable[..., Any]


def _read(report: Any) -> ET.Element:
    return ET.fromstring(write_gate_junit(report).encode())


def _counts(element: ET.Element) -> tuple[str | None, ...]:
    return tuple(element.get(name) for name in ("tests", "failures", "errors", "skipped"))


def test_a_suite_per_experiment_and_a_case_per_row(
    make_gate: Build, make_gate_row: Build, make_regression: Build
) -> None:
    rows = (
        make_gate_row(),
        make_regression(experiment="cart", quantity="p95", stratum={"rows": 9}),
        make_gate_row(quantity="cpu", verdict=GateVerdict.INCONCLUSIVE, because="Too noisy."),
        make_gate_row(quantity="memory", verdict=GateVerdict.INVALID, because="Swapping."),
    )
    root = _read(make_gate(rows=rows, verdict=GateVerdict.REGRESSION, exit_code=1))
    shop, cart = root
    assert _counts(root) == ("4", "1", "1", "1")
    assert _counts(shop) == ("3", "0", "1", "1")
    assert _counts(cart) == ("1", "1", "0", "0")
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert names == [
        ("shop.asgi-async", "20 users throughput"),
        ("shop.asgi-async", "20 users CPU/req"),
        ("shop.asgi-async", "20 users memory"),
        ("cart.asgi-async", "20 users p95 (rows=9)"),
    ]


def test_a_regression_is_a_failure_with_its_numbers(make_regressed: Build) -> None:
    failure = _read(make_regressed()).find(".//failure")
    assert failure is not None
    assert failure.get("message") == "5.4 % slower (16 trials): Confirmed on 8 fresh trials."
    assert failure.get("type") == "regression"
    assert failure.text is not None
    assert failure.text.splitlines()[1:] == [
        "baseline 2,000/s, candidate 1,900/s",
        "ratio 0.949 [0.941, 0.957] (99 % interval, t on log ratios)",
        "smallest worsening that matters: 3 %",
    ]


def test_inconclusive_is_skipped_and_invalid_is_an_error(
    make_gate: Build, make_gate_row: Build
) -> None:
    for verdict, tag in ((GateVerdict.INCONCLUSIVE, "skipped"), (GateVerdict.INVALID, "error")):
        row = make_gate_row(verdict=verdict, because="So it is.", method="")
        element = _read(make_gate(rows=(row,), verdict=verdict)).find(f".//testcase/{tag}")
        assert element is not None
        assert "So it is." in (element.get("message") or "")


def test_a_pass_has_no_outcome_but_its_numbers(make_gate: Build) -> None:
    (case,) = _read(make_gate()).iter("testcase")
    assert [child.tag for child in case] == ["system-out"]
    assert "ratio 0.949" in (case[0].text or "")


def test_a_count_has_no_ratio(make_gate: Build, make_gate_row: Build) -> None:
    row = make_gate_row(quantity="errors", unit="", baseline=0.0, candidate=3.0, ratio=None)
    (case,) = _read(make_gate(rows=(row,))).iter("testcase")
    assert case[0].text == "baseline 0, candidate 3"


def test_a_failed_gate_is_one_case_with_an_error(make_gate: Build) -> None:
    failure = GateFailure(message="It did not\nstart.", hint="Look.", evidence=("a\nb",))
    report = make_gate(rows=(), verdict=GateVerdict.INVALID, exit_code=4, failure=failure)
    root = _read(report)
    assert _counts(root) == ("1", "0", "1", "0")
    error = root.find(".//error")
    assert error is not None
    assert error.get("message") == "It did not start."
    assert (error.text or "").splitlines()[-3:] == ["a", "b", "Look."]


def test_a_failure_without_a_hint_is_an_error_as_well(make_gate: Build) -> None:
    root = _read(make_gate(failure=GateFailure(message="No.")))
    assert [suite.get("name") for suite in root] == ["shop", "gate"]
    assert _counts(root) == ("2", "0", "1", "0")


@pytest.mark.parametrize(
    ("verdict", "counts"),
    [
        ("pass", ("1", "0", "0", "0")),
        ("regression", ("1", "1", "0", "0")),
        ("invalid", ("1", "0", "1", "0")),
        ("inconclusive", ("1", "0", "0", "1")),
    ],
)
def test_a_verdict_that_no_row_explains_has_a_case(
    make_gate: Build, verdict: str, counts: tuple[str, ...]
) -> None:
    assert _counts(_read(make_gate(rows=(), verdict=GateVerdict(verdict)))) == counts


def test_suites_say_when_and_with_what(make_gate: Build) -> None:
    (suite,) = _read(make_gate())
    assert suite.get("timestamp") == "2025-01-01T00:00:00"
    assert suite.get("time") == "117.000"
    properties = {each.get("name"): each.get("value") for each in suite.iter("property")}
    assert properties == {
        "run": "20250101T000000Z-gate",
        "kind": "against",
        "baseline": "main (1a2b3c4d5e)",
        "candidate": "working tree (9988776655 with uncommitted changes)",
        "verdict": "pass",
        "exit_code": "0",
        "trials": "24",
        "machine": "f00d",
    }


def test_what_is_not_known_is_left_out(make_gate: Build) -> None:
    (suite,) = _read(make_gate(baseline=None, candidate=None, started_at="soon"))
    assert suite.get("timestamp") is None
    assert {"baseline", "candidate"}.isdisjoint(each.get("name") for each in suite.iter("property"))


def test_a_time_without_a_zone_is_taken_as_utc(make_gate: Build) -> None:
    (suite,) = _read(make_gate(started_at="2025-01-01T00:00:00.5"))
    assert suite.get("timestamp") == "2025-01-01T00:00:00"


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_makes_valid_xml(make_gate: Build, make_regression: Build, text: str) -> None:
    row = make_regression(experiment=text, variant=text, because=text, method=text)
    failure = GateFailure(message=text, hint=text, evidence=(text,))
    root = _read(make_gate(rows=(row,), because=text, run_id=text, failure=failure))
    assert _counts(root) == ("2", "1", "1", "0")


def test_control_characters_are_shown(make_gate: Build, make_regression: Build) -> None:
    row = make_regression(because="a\x00b\x1b[2J\ufffe]]>\u202e")
    failure = _read(make_gate(rows=(row,))).find(".//failure")
    assert failure is not None
    assert (failure.text or "").splitlines()[0].endswith(r"a\x00b\x1b[2J\ufffe]]>\u202e")
