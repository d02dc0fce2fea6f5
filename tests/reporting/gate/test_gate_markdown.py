from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from bench.model.gate import GateFailure, GateVerdict, SelfCheck, TreeVersion
from bench.reporting.gate_markdown import write_gate_markdown

Build = Callable[..., Any]


def test_the_verdict_the_table_and_the_reasons_are_there(make_regressed: Build) -> None:
    text = write_gate_markdown(make_regressed(), name="shop.toml")
    assert text.startswith("## Gate: regression (shop.toml)\n\nRegression: working tree")
    assert "- Exit code 1: something got worse" in text
    assert "| asgi-async | 20 users | throughput |" in text
    assert "**Why these are no pass**\n\n- regression: shop asgi-async at 20 users" in text
    assert text.endswith("\n")
    assert "Cut to fit" not in text


def test_a_pass_has_a_table_and_no_reasons(make_gate: Build) -> None:
    text = write_gate_markdown(make_gate())
    assert text.startswith("## Gate: pass\n")
    assert "5.4 % slower" in text
    assert "Why" not in text


def test_of_many_rows_those_that_passed_are_folded(
    make_gate: Build, make_gate_row: Build, make_regression: Build
) -> None:
    rows = (*(make_gate_row(variant=f"v{n}") for n in range(10)), make_regression(variant="slow"))
    open_part, folded = write_gate_markdown(make_gate(rows=rows)).split("<details>")
    assert "| slow |" in open_part
    assert "v3" not in open_part
    assert folded.count("| pass |") == 10
    assert "<summary>10 rows passed</summary>\n\n" in folded


def test_many_notices_are_folded_few_are_not(make_gate: Build) -> None:
    few = write_gate_markdown(make_gate(notices=("one", "two")))
    many = write_gate_markdown(make_gate(notices=tuple(map(str, range(6)))))
    assert "**Notices**\n\n- one\n- two" in few
    assert "<details>\n<summary>Notices</summary>\n\n- 0\n" in many


def test_a_failure_shows_message_and_hint_and_folds_the_evidence(make_gate: Build) -> None:
    failure = GateFailure(
        message="It did\nnot start.", hint="Look at the log.", evidence=("a\nb", "````")
    )
    text = write_gate_markdown(make_gate(rows=(), verdict=GateVerdict.INVALID, failure=failure))
    assert "**What went wrong:** It did not start.\n\n**What to do:** Look at the log." in text
    assert "<summary>Evidence</summary>\n\n`````text\na\nb\n````\n`````\n\n</details>" in text


def test_a_failure_without_a_hint_has_no_place_for_it(make_gate: Build) -> None:
    text = write_gate_markdown(make_gate(rows=(), failure=GateFailure(message="No.")))
    assert "What to do" not in text
    assert "Evidence" not in text


def test_a_self_check_has_its_tables(make_gate: Build, self_check: SelfCheck) -> None:
    text = write_gate_markdown(make_gate(kind="self-check", self_check=self_check))
    assert text.startswith("## Self-check: pass")
    assert "| as they are | 2,000 | 0.10 % \\[0.02 %, 0.44 %\\] |" in text
    assert "| n=8 |" in text


def test_evidence_is_cut_from_its_start_before_anything_else(make_regressed: Build) -> None:
    evidence = tuple(f"line {n} of the log" for n in range(2000))
    failure = GateFailure(message="It died.", hint="Look.", evidence=evidence)
    text = write_gate_markdown(make_regressed(failure=failure), room=8_000)
    assert len(text.encode()) <= 8_000
    assert "line 1999 of the log" in text
    assert "line 0 of the log" not in text
    assert re.search(r"shown are \d+ of 2000 lines of evidence\. The JSON report", text)
    for kept in ("It died.", "Look.", "| regression |", "**Why these are no pass**"):
        assert kept in text


def test_rows_that_passed_are_cut_before_those_that_did_not(
    make_gate: Build, make_gate_row: Build, make_regression: Build
) -> None:
    passed = (make_gate_row(variant=f"passed-{n}") for n in range(500))
    rows = (*passed, *(make_regression(variant=f"slow-{n}") for n in range(5)))
    text = write_gate_markdown(make_gate(rows=rows), room=6_000)
    assert len(text.encode()) <= 6_000
    assert all(f"| slow-{n} |" in text for n in range(5))
    assert re.search(r"shown are \d+ of 500 rows that passed", text)


def test_the_verdict_is_kept_where_there_is_no_room_at_all(make_regressed: Build) -> None:
    text = write_gate_markdown(make_regressed(), room=0)
    assert "Regression: working tree" in text
    assert "0 of 1 rows; 0 of 1 reasons" in text


@pytest.mark.parametrize("text", ["x" * 100_000, "@" * 100_000, "\U000e0001" * 100_000, "é\n" * 9])
def test_the_head_fits_into_a_comment_whatever_texts_it_has(make_gate: Build, text: str) -> None:
    report = make_gate(
        because=text,
        baseline=TreeVersion(label=text, commit=None),
        candidate=TreeVersion(label=text, commit=None),
        failure=GateFailure(message=text, hint=text, evidence=(text,)),
    )
    assert len(write_gate_markdown(report, name=text, room=60_000).encode()) <= 60_000


def test_no_text_of_others_is_read_as_markdown_or_html(
    make_gate: Build, make_regression: Build, hostile: str
) -> None:
    row = make_regression(
        experiment=hostile, variant=hostile, because=hostile, stratum={hostile: hostile}
    )
    report = make_gate(
        rows=(row, make_regression()),
        because=hostile,
        baseline=TreeVersion(label=hostile, commit=hostile, environment=hostile),
        notices=(hostile,),
        failure=GateFailure(message=hostile, hint=hostile),
    )
    text = write_gate_markdown(report, name=hostile)
    tags = set(re.findall(r"<[^>]*>", text))
    assert tags <= {"<details>", "</details>", "<summary>", "</summary>"}
    assert not {"\x1b", "\u202e", "@"} & set(text)
    assert "a|b" not in text
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1


def test_evidence_cant_leave_its_block(make_gate: Build) -> None:
    evidence = ("```\n</details><img src=x>", "\x1b[2J~~~")
    text = write_gate_markdown(make_gate(failure=GateFailure(message="No.", evidence=evidence)))
    inside = text.split("````text\n")[1].split("\n````\n")[0]
    assert inside == "```\n</details><img src=x>\n\\x1b[2J~~~"
