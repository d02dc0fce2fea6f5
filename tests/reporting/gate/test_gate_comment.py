from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.model.gate import GateFailure
from bench.reporting.gate_comment import write_gate_comment, write_marker

Build = Callable[..., Any]


def test_the_marker_is_the_first_line_and_stays_the_same(
    make_gate: Build, make_regressed: Build
) -> None:
    comments = [
        write_gate_comment(each, name="bench.toml") for each in (make_gate(), make_regressed())
    ]
    firsts = {comment.splitlines()[0] for comment in comments}
    assert firsts == {"<!-- pairbench-gate bench.toml -->"}
    assert comments[1].splitlines()[1] == "## Gate: regression (bench.toml)"


def test_two_gates_have_two_markers_neither_of_which_is_part_of_the_other() -> None:
    names = ("", "bench.toml", "bench.toml2", "api/bench.toml")
    markers = [write_marker(name) for name in names]
    assert not any(a in b for a in markers for b in markers if a is not b)
    assert write_marker() == "<!-- pairbench-gate -->"


@pytest.mark.parametrize("name", ["--", "a---b.toml", "-->", "----"])
def test_no_dashes_end_a_marker(name: str) -> None:
    assert "--" not in write_marker(name).removeprefix("<!--").removesuffix("-->")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_marker_is_one_html_comment_whatever_the_name(name: str) -> None:
    marker = write_marker(name)
    assert re.fullmatch(r"<!-- [\x20-\x7e]* -->", marker)
    inside = marker.removeprefix("<!--").removesuffix("-->")
    assert "--" not in inside
    assert ">" not in inside


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(st.characters(exclude_categories=["Cs"])),
)
def test_different_names_have_different_markers(one: str, other: str) -> None:
    assert (write_marker(one) == write_marker(other)) == (one == other)


def test_a_comment_fits_into_what_github_takes(make_regressed: Build) -> None:
    evidence = tuple("é" * 400 for _ in range(3000))
    report = make_regressed(failure=GateFailure(message="x" * 99_999, evidence=evidence))
    comment = write_gate_comment(report, name="ü" * 60)
    assert len(comment.encode()) < 65_536
    assert "Regression: working tree" in comment
