from __future__ import annotations

import pytest

from bench.analysis.gating.concluding import conclude, settle
from bench.model.gate import GateRow, GateVerdict

PASS, REGRESSION = GateVerdict.PASS, GateVerdict.REGRESSION
INCONCLUSIVE, INVALID = GateVerdict.INCONCLUSIVE, GateVerdict.INVALID


def row(verdict, **changes):
    fields = dict.fromkeys(GateRow.model_fields) | {
        "experiment": "shop",
        "stratum": {},
        "variant": "async",
        "load": {"users": 10},
        "quantity": "cpu",
        "unit": "s",
        "level": 0.95,
        "n": 8,
        "dropped": 0,
        "method": "t",
        "verdict": verdict,
        "because": "it was so",
    }
    return GateRow(**fields | changes)


@pytest.mark.parametrize(
    ("verdicts", "verdict", "exit_code"),
    [
        ([PASS, PASS], PASS, 0),
        ([PASS, INCONCLUSIVE], INCONCLUSIVE, 0),
        ([PASS, INCONCLUSIVE, INVALID], INVALID, 3),
        ([REGRESSION, INCONCLUSIVE, INVALID, PASS], REGRESSION, 1),
        ([], INVALID, 3),
    ],
)
def test_the_gravest_row_decides(verdicts, verdict, exit_code):
    conclusion = conclude([row(each) for each in verdicts])

    assert (conclusion.verdict, conclusion.exit_code) == (verdict, exit_code)


def test_an_inconclusive_gate_fails_where_that_is_asked_for():
    rows = [row(INCONCLUSIVE)]

    assert conclude(rows, fail_on_inconclusive=True).exit_code == 5
    assert conclude(rows, strict=True).exit_code == 5


@pytest.mark.parametrize("doubt", ["unproven", "missing"])
def test_strictly_what_is_unproven_or_missing_is_invalid(doubt):
    told = {doubt: ("threads: nobody saw its tree",)}

    assert conclude([row(PASS)], **told).verdict is PASS
    strict = conclude([row(PASS)], strict=True, **told)
    assert (strict.verdict, strict.exit_code) == (INVALID, 3)
    assert "nobody saw its tree" in strict.because


def test_a_regression_stands_beside_what_is_missing():
    conclusion = conclude([row(REGRESSION)], strict=True, missing=("x",))

    assert (conclusion.verdict, conclusion.exit_code) == (REGRESSION, 1)


def test_a_gate_does_not_pass_what_it_has_not_measured():
    conclusion = conclude([row(PASS)], unmeasured=("threads",))

    assert (conclusion.verdict, conclusion.exit_code) == (INCONCLUSIVE, 0)
    assert conclusion.because == "threads was not measured within the budget"


def test_a_gate_that_has_measured_nothing_is_invalid():
    conclusion = conclude([], unmeasured=("threads",))

    assert (conclusion.verdict, conclusion.because) == (INVALID, "nothing was measured")


def test_the_sentence_names_the_rows_that_decided():
    slow = row(REGRESSION, stratum={"pool": 5}, because="5.1% worse")

    conclusion = conclude([row(PASS), slow])

    assert conclusion.because == "cpu of async of shop, pool = 5, at 10 users: 5.1% worse"


def test_the_sentence_tells_two_rows_and_counts_the_others():
    conclusion = conclude([row(INVALID) for _ in range(4)])

    assert conclusion.because.count("it was so") == 2
    assert conclusion.because.endswith("and 2 more")


def test_a_pass_counts_its_rows():
    assert conclude([row(PASS)]).because == "the only row passes"
    assert conclude([row(PASS)] * 3).because == "all 3 rows pass"


def test_no_verdict_at_all_is_invalid():
    assert settle([]) is INVALID
