from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import unquote

import pytest

from bench.model.gate import GateFailure, GateVerdict
from bench.reporting.gate_annotations import write_annotations

Build = Callable[..., Any]


class Command(NamedTuple):
    kind: str
    properties: dict[str, str]
    message: str


def _read(text: str) -> list[Command]:
    """Read workflow commands as the runner does: split at the marks first, then unescape."""
    commands = []
    for line in text.splitlines():
        found = re.fullmatch(r"::(\w+) (.*?)::(.*)", line)
        assert found is not None, line
        pairs = (pair.split("=", 1) for pair in found[2].split(","))
        properties = {name: unquote(value) for name, value in pairs}
        commands.append(Command(found[1], properties, unquote(found[3])))
    return commands


def test_a_pass_is_one_notice(make_gate: Build) -> None:
    (command,) = _read(write_annotations(make_gate()))
    assert (command.kind, command.properties) == ("notice", {"title": "pairbench gate: pass"})
    assert command.message.startswith("Pass: working tree")


def test_a_regression_is_an_error_for_the_gate_and_for_its_row(make_regressed: Build) -> None:
    gate, row = _read(write_annotations(make_regressed(), file="bench.toml"))
    assert {gate.kind, row.kind} == {"error"}
    assert row.properties == {
        "file": "bench.toml",
        "title": "regression: shop asgi-async at 20 users, throughput",
    }
    assert row.message == "5.4 % slower (16 trials): Confirmed on 8 fresh trials."


@pytest.mark.parametrize(("code", "kind"), [(0, "warning"), (5, "error")])
def test_inconclusive_is_a_warning_unless_it_fails_the_gate(
    make_gate: Build, make_gate_row: Build, code: int, kind: str
) -> None:
    row = make_gate_row(verdict=GateVerdict.INCONCLUSIVE, worsening=None, because="Too noisy.")
    report = make_gate(rows=(row,), verdict=GateVerdict.INCONCLUSIVE, exit_code=code)
    commands = _read(write_annotations(report))
    assert sorted(command.kind for command in commands) == sorted([kind, "warning"])
    assert commands[-1].message == "(16 trials): Too noisy."


def test_an_invalid_row_is_an_error(make_gate: Build, make_gate_row: Build) -> None:
    report = make_gate(rows=(make_gate_row(verdict=GateVerdict.INVALID),), exit_code=3)
    assert [command.kind for command in _read(write_annotations(report))] == ["error", "error"]


def test_a_failure_is_an_error_with_hint_and_the_end_of_its_evidence(make_gate: Build) -> None:
    failure = GateFailure(
        message="It did not start.", hint="Look.", evidence=tuple(map(str, range(100)))
    )
    report = make_gate(verdict=GateVerdict.INVALID, exit_code=4, rows=(), failure=failure)
    (command,) = _read(write_annotations(report))
    assert command.kind == "error"
    lines = command.message.splitlines()
    assert lines[-22:] == ["It did not start.", *map(str, range(80, 100)), "Look."]


def test_a_failure_may_have_no_hint(make_gate: Build) -> None:
    report = make_gate(exit_code=3, rows=(), failure=GateFailure(message="Nothing measured."))
    assert _read(write_annotations(report))[0].message.endswith("\nNothing measured.")


def test_what_github_would_not_show_is_folded_into_the_tenth(
    make_gate: Build, make_regression: Build, make_gate_row: Build
) -> None:
    slow = [make_regression(variant=f"v{n}") for n in range(25)]
    noisy = [make_gate_row(variant=f"n{n}", verdict=GateVerdict.INCONCLUSIVE) for n in range(10)]
    report = make_gate(rows=(*noisy, *slow), exit_code=1, notices=("new",) * 12)
    commands = _read(write_annotations(report))
    assert Counter(command.kind for command in commands) == {
        "error": 10,
        "warning": 10,
        "notice": 10,
    }
    last = [command for command in commands if command.kind == "error"][-1]
    assert last.properties["title"] == "pairbench gate: 17 more"
    assert "v8 at 20 users" in last.message.splitlines()[0]
    assert len(last.message.splitlines()) == 17


def test_no_text_of_others_begins_a_command_or_a_property(
    make_gate: Build, make_regression: Build
) -> None:
    evil = "a,line=1::x\r\n::add-mask::b%0A%::set-output name=x::y\u202e"
    report = make_gate(
        rows=(make_regression(variant=evil, because=evil),),
        notices=(evil,),
        failure=GateFailure(message=evil, hint=evil, evidence=(evil,)),
        exit_code=1,
    )
    text = write_annotations(report, file=evil)
    commands = _read(text)
    assert len(commands) == 3
    assert all(set(command.properties) == {"file", "title"} for command in commands)
    assert not {"\r", "\u202e"} & set(text)
    shown = next(command for command in commands if command.kind == "notice").message
    assert shown == "a,line=1::x\n::add-mask::b%0A%::set-output name=x::y\\u202e"


def test_a_message_is_no_longer_than_what_people_read(make_gate: Build) -> None:
    (command,) = _read(write_annotations(make_gate(because="%" * 100_000)))
    assert len(command.message) <= 4_000
