from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bench.model.gate import GateFailure, GateVerdict, SelfCheck, TreeVersion
from bench.reporting.gate_sections import build_gate_sections
from bench.reporting.terminal import print_sections

Build = Callable[..., Any]


def test_the_verdict_comes_first_with_all_that_it_rests_on(make_regressed: Build) -> None:
    section = build_gate_sections(make_regressed())[0]
    assert section.title == "gate: regression"
    assert section.paragraphs == (
        "Regression: working tree (9988776655 with uncommitted changes) against main (1a2b3c4d5e).",
        "Why: 1 of 1 rows is a regression.",
        "Exit code 1: something got worse by as much as matters.",
        "24 trials in 1 min 45 s of 3 min at most, after 12 s of set-up.",
        "Kept in results/20250101T000000Z-gate.",
    )


@pytest.mark.parametrize(
    ("verdict", "code", "words"),
    [
        ("pass", 0, "nothing got worse"),
        ("inconclusive", 0, "fails only with --fail-on-inconclusive"),
        ("inconclusive", 5, "was asked to fail"),
        ("regression", 1, "something got worse"),
        ("invalid", 2, "not usable"),
        ("invalid", 3, "nothing is known"),
        ("invalid", 4, "does not start"),
        ("invalid", 70, "a defect"),
        ("invalid", 130, "interrupted"),
        ("invalid", 99, "no code that pairbench knows"),
    ],
)
def test_each_exit_code_is_explained(make_gate: Build, verdict: str, code: int, words: str) -> None:
    report = make_gate(verdict=GateVerdict(verdict), exit_code=code)
    (line,) = (text for text in build_gate_sections(report)[0].paragraphs if "Exit" in text)
    assert line.startswith(f"Exit code {code}: ")
    assert words in line


def test_a_pass_needs_no_reasons(make_gate: Build) -> None:
    (section,) = build_gate_sections(make_gate())
    assert len(section.tables) == 1


def test_a_reason_that_rows_share_stands_once_gravest_first(
    make_gate: Build, make_gate_row: Build, make_regression: Build
) -> None:
    open_rows = [
        make_gate_row(quantity=name, verdict=GateVerdict.INCONCLUSIVE, because="Budget spent.")
        for name in ("p95", "cpu")
    ]
    rows = (*open_rows, make_gate_row(quantity="memory"), make_regression(stratum={"rows": 9}))
    sections = {section.title: section for section in build_gate_sections(make_gate(rows=rows))}
    assert sections["no pass"].paragraphs == (
        (
            "regression: shop asgi-async (rows=9) at 20 users, throughput: "
            "Confirmed on 8 fresh trials."
        ),
        (
            "inconclusive: shop asgi-async at 20 users, p95; shop asgi-async at 20 users, CPU/req: "
            "Budget spent."
        ),
    )


def test_a_regression_is_graver_than_what_is_invalid(
    make_gate: Build, make_gate_row: Build, make_regression: Build
) -> None:
    rows = (make_gate_row(verdict=GateVerdict.INVALID, because="Swapping."), make_regression())
    section = build_gate_sections(make_gate(rows=rows))[-1]
    assert [text.split(":")[0] for text in section.paragraphs] == ["regression", "invalid"]


def test_notices_have_a_section_of_their_own(make_gate: Build) -> None:
    section = build_gate_sections(make_gate(notices=("cart.toml is new.",)))[-1]
    assert (section.title, section.paragraphs) == ("notices", ("cart.toml is new.",))


def test_a_failure_shows_message_evidence_and_hint(make_gate: Build) -> None:
    failure = GateFailure(
        message="The candidate did not start.\nIt ended with 1.",
        hint="Look at its log.",
        evidence=("ImportError: shop\n::add-mask::x", ""),
    )
    report = make_gate(verdict=GateVerdict.INVALID, exit_code=4, rows=(), failure=failure)
    head, section = build_gate_sections(report)
    assert head.tables == ()
    assert section.paragraphs == (
        "The candidate did not start.",
        "It ended with 1.",
        "| ImportError: shop",
        "| ::add-mask::x",
        "| ",
        "hint: Look at its log.",
    )


def test_a_self_check_shows_noise_and_replayed_gates(
    make_gate: Build, self_check: SelfCheck
) -> None:
    report = make_gate(kind="self-check", self_check=self_check, candidate=None)
    (section,) = build_gate_sections(report)
    assert section.title == "self-check: pass"
    assert "the baseline main (1a2b3c4d5e) against itself" in section.paragraphs[0]
    noise, replay, rows = section.tables
    assert noise.rows[0].cells == (
        *("asgi-async", "20 users", "CPU/req", "40", "0.550 %", "3 %", "1.2 %", "0.7 %"),
    )
    assert [row.cells for row in replay.rows] == [
        ("as they are", "2,000", "0.10 % [0.02 %, 0.44 %]", "97.00 %", "2.90 %", "8"),
        ("worsened by 5%", "2,000", "98.50 % [97.00 %, 0.44 %]", "97.00 %", "2.90 %", "8"),
    ]
    assert rows.title == "This gate"


def test_a_self_check_fits_80_columns(
    make_gate: Build, self_check: SelfCheck, make_console: Build, text_of: Build
) -> None:
    console = make_console(width=80)
    print_sections(
        console, build_gate_sections(make_gate(kind="self-check", self_check=self_check))
    )
    assert max(map(len, text_of(console).splitlines())) <= 80
    assert "0.10 % [0.02 %, 0.44 %]" in text_of(console)


@pytest.mark.parametrize(
    ("sides", "words"),
    [
        ({"baseline": None, "candidate": None}, "two versions that could not be told"),
        ({"baseline": None}, "against an unknown baseline"),
        ({"baseline": TreeVersion(label="run.json", commit=None)}, "against run.json."),
        ({"kind": "self-check", "baseline": None}, "the baseline against itself"),
        (
            {"baseline": TreeVersion(label="a", commit=None, is_dirty=True)},
            "against a (uncommitted changes).",
        ),
    ],
)
def test_what_was_compared_is_told_as_far_as_it_is_known(
    make_gate: Build, sides: dict[str, Any], words: str
) -> None:
    assert words in build_gate_sections(make_gate(**sides))[0].paragraphs[0]


def test_it_is_told_how_trees_ran_and_whether_that_is_proven(make_gate: Build) -> None:
    baseline = TreeVersion(label="main", commit=None, environment="own", is_proven=True)
    candidate = TreeVersion(label="tree", commit=None, environment="shared", is_proven=False)
    paragraphs = build_gate_sections(make_gate(baseline=baseline, candidate=candidate))[0]
    assert (
        "Environments: baseline: own, seen to run its own files; "
        "candidate: shared, NOT seen to run its own files." in paragraphs.paragraphs
    )


def test_no_text_of_others_moves_the_terminals_cursor(
    make_gate: Build, make_regression: Build, make_console: Build, text_of: Build, hostile: str
) -> None:
    failure = GateFailure(message=hostile, hint=hostile, evidence=(hostile,))
    version = TreeVersion(label=hostile, commit=hostile)
    report = make_gate(
        rows=(make_regression(variant=hostile, because=hostile),),
        baseline=version,
        because=hostile,
        notices=(hostile,),
        failure=failure,
    )
    console = make_console()
    print_sections(console, build_gate_sections(report))
    assert not {"\x1b", "\u202e"} & set(text_of(console))
